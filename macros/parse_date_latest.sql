{#- The last day that a date with day, month or year precision allows, or NULL:
    the table of parse_date_earliest. -#}
{% macro parse_date_latest(value) -%}
    case length({{ parse_text(value) }})
        when 10 then {{ parse_date(value) }}
        when 7 then last_day({{ date_of_text(parse_text(value) ~ " || '-01'") }})
        when 4 then {{ date_of_text(parse_text(value) ~ " || '-12-31'") }}
    end
{%- endmacro %}

{#-
  The first day that a date with day, month or year precision allows, or NULL.

  | value        | parse_date_earliest | parse_date_latest |
  | '2016-03-09' | 2016-03-09          | 2016-03-09        |
  | '2016-03'    | 2016-03-01          | 2016-03-31        |
  | '2016'       | 2016-01-01          | 2016-12-31        |
  | '2016-13'    | NULL                | NULL              |
-#}
{% macro parse_date_earliest(value) -%}
    {{ earliest_of_text(parse_text(value)) }}
{%- endmacro %}

{% macro earliest_of_text(text) -%}
    case length({{ text }})
        when 10 then {{ date_of_text(text) }}
        when 7 then {{ date_of_text(text ~ " || '-01'") }}
        when 4 then {{ date_of_text(text ~ " || '-01-01'") }}
    end
{%- endmacro %}

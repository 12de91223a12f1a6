{#-
  A whole ISO 8601 date, or NULL. Engines are lenient each in its own way, so the shape
  is checked first; the trim also keeps DuckDB from pushing the cast into a file reader.

  | value          | parse_date |
  | '2020-02-29'   | 2020-02-29 |
  | '2020-02-31'   | NULL       |
  | '2020-02'      | NULL       |
  | '2020/02/29'   | NULL       |
-#}
{% macro parse_date(value) -%}
    case
        when length({{ parse_text(value) }}) = 10
            and translate({{ parse_text(value) }}, '0123456789', '0000000000')
            = '0000-00-00'
            and substr({{ parse_text(value) }}, 1, 4) > '0000'
        then try_cast({{ parse_text(value) }} as date)
    end
{%- endmacro %}

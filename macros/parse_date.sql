{#-
  A whole ISO 8601 date, or NULL. Engines are lenient each in its own way, so the shape
  is checked first; the trim also keeps DuckDB from pushing the cast into a file reader.
  A year that no date of a study has stands for a date that is not known, and is none:
  is_placeholder_date tells it.

  | value          | parse_date |
  | '2020-02-29'   | 2020-02-29 |
  | '2020-02-31'   | NULL       |
  | '2020-02'      | NULL       |
  | '2020/02/29'   | NULL       |
  | '9999-12-31'   | NULL       |
-#}
{% macro parse_date(value) -%}
    {{ date_of_text(parse_text(value)) }}
{%- endmacro %}

{% macro date_of_text(text) -%}
    case
        when length({{ text }}) = 10
            and translate({{ text }}, '0123456789', '0000000000') = '0000-00-00'
            and substr({{ text }}, 1, 4) between '1901' and '2098'
        then try_cast({{ text }} as date)
    end
{%- endmacro %}

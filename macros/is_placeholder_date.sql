{#-
  Whether a text has the form of a date and a year that no date of a study has: programs
  and sites write such dates for one that is not known, or not yet.

  | value        | is_placeholder_date |
  | '9999-12-31' | true                |
  | '2099'       | true                |
  | '1900-01-01' | true                |
  | '2016-03-09' | false               |
  | 'unknown'    | false               |
-#}
{% macro is_placeholder_date(value) -%}
    (
        translate({{ value }}, '0123456789', '0000000000')
        in ('0000-00-00', '0000-00', '0000')
        and substr({{ value }}, 1, 4) not between '1901' and '2098'
    )
{%- endmacro %}

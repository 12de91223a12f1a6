{#-
  An identifier without what a spreadsheet, or a hand, does to one: zeros in front, a
  decimal of zero, quotes, an equals sign, and what folded_text leaves out.

  | value        | folded_id |
  | '00495'      | '495'     |
  | '495.0'      | '495'     |
  | '="00495"'   | '495'     |
  | '000'        | '0'       |
-#}
{% macro folded_id(value) -%}
    {%- set bare = "translate(" ~ folded_text(value) ~ ", '=\"`''', '')" -%}
    coalesce(
        nullif(
            trim(
                leading '0' from
                case
                    when {{ bare }} like '%.0'
                        then substr({{ bare }}, 1, length({{ bare }}) - 2)
                    else {{ bare }}
                end
            ),
            ''
        ),
        '0'
    )
{%- endmacro %}

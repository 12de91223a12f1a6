{#-
  Completed years from a birth date to a day; a birthday counts as completed.

  | birth_date | day        | completed_years |
  | 1999-06-30 | 2017-06-30 | 18              |
  | 1999-07-01 | 2017-06-30 | 17              |
-#}
{% macro completed_years(birth_date, day) -%}
    cast(
        year({{ day }}) - year({{ birth_date }})
        - case
            when
                month({{ day }}) * 100 + day({{ day }})
                < month({{ birth_date }}) * 100 + day({{ birth_date }})
                then 1
            else 0
        end
        as bigint
    )
{%- endmacro %}

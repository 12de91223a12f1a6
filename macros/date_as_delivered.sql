{#-
  What a date allows, as text: its day, or the first and the last of its days.

  | earliest_date | latest_date | date_as_delivered     |
  | 2016-03-09    | 2016-03-09  | 2016-03-09            |
  | 2016-03-01    | 2016-03-31  | 2016-03-01/2016-03-31 |
-#}
{% macro date_as_delivered(relation) -%}
    case
        when {{ relation }}.earliest_date = {{ relation }}.latest_date
            then cast({{ relation }}.earliest_date as string)
        else
            cast({{ relation }}.earliest_date as string)
            || '/' || cast({{ relation }}.latest_date as string)
    end
{%- endmacro %}

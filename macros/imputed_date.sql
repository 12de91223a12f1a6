{#-
  The day that stands for a date (P20): a whole date itself; of a month its 15th, moved
  into the bounds; of a year the middle of the bounds (the earlier of two) where they
  leave 31 days or fewer; else NULL. Reads delivered_earliest, delivered_precision,
  earliest_date and latest_date.

  | delivered | earliest_date | latest_date | imputed_date |
  | 2016-03   | 2016-03-01    | 2016-03-31  | 2016-03-15   |
  | 2016-03   | 2016-03-20    | 2016-03-31  | 2016-03-20   |
  | 2016      | 2016-12-20    | 2016-12-31  | 2016-12-25   |
  | 2016      | 2016-01-01    | 2016-12-31  | NULL         |
  | 2016-03   | 2016-04-02    | 2016-03-31  | NULL         |
  | (none)    | NULL          | 2016-03-31  | NULL         |
-#}
{% macro imputed_date(relation=none) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {%- set days_possible = days_between(of ~ 'earliest_date', of ~ 'latest_date') -%}
    case
        when {{ of }}earliest_date > {{ of }}latest_date then null
        when {{ of }}delivered_precision = 'day' then {{ of }}earliest_date
        when {{ of }}delivered_precision = 'month' then
            least(
                greatest({{ of }}delivered_earliest + 14, {{ of }}earliest_date),
                {{ of }}latest_date
            )
        when {{ of }}delivered_precision = 'year' and {{ days_possible }} <= 30 then
            {{ of }}earliest_date + cast(floor({{ days_possible }} / 2) as int)
    end
{%- endmacro %}

{#-
  Variance of a day's fraction of events n_event / n_at_risk, with the hypergeometric
  correction for tied events that cinc of R's cmprsk makes.

  | n_event | n_at_risk | hypergeometric_variance |
  | 0       | 4         | 0                       |
  | 1       | 4         | 1/16                    |
  | 2       | 4         | 2/16 x (4 - 2)/(4 - 1)  |
  | 4       | 4         | 0                       |
-#}
{% macro hypergeometric_variance(n_event, n_at_risk) -%}
    {{ ratio(n_event, n_at_risk ~ ' * ' ~ n_at_risk) }} * case
        when {{ n_event }} > 1
        then {{ ratio(n_at_risk ~ ' - ' ~ n_event, n_at_risk ~ ' - 1') }}
        else cast(1 as double)
    end
{%- endmacro %}

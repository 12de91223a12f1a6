{#-
  Kaplan-Meier's product of the fractions left by the events of each day so far, over a
  named window. Exactly 0 once nobody is left: ln(0) is NULL on one engine, an error on
  another. A day on which nobody is exposed changes nothing.

  | n_event | n_at_risk | product_limit |
  | 1       | 4         | 3/4           |
  | 0       | 3         | 3/4           |
  | 1       | 2         | 3/8           |
  | 1       | 1         | 0             |
-#}
{% macro product_limit(n_event, n_at_risk, window) -%}
    case
        when max(
            case
                when {{ n_event }} > 0 and {{ n_event }} = {{ n_at_risk }} then 1
                else 0
            end
        ) over {{ window }} = 1 then cast(0 as double)
        else exp(sum(
            case
                when {{ n_event }} > 0 and {{ n_event }} < {{ n_at_risk }}
                then ln({{ ratio(n_at_risk ~ ' - ' ~ n_event, n_at_risk) }})
                else cast(0 as double)
            end
        ) over {{ window }})
    end
{%- endmacro %}

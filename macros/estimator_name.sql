{#-
  What stands behind a figure of survival_summary, in words: estimator, variance,
  transformation of the limits, order within a day.

  | statistic                    | is_reverse | competing_role | estimator_name           |
  | survival_percent             | false      | none           | Kaplan-Meier; ...        |
  | median_days                  | true       | none           | reverse Kaplan-Meier; .. |
  | cumulative_incidence_percent | false      | event          | Aalen-Johansen, ...      |
-#}
{% macro estimator_name(statistic, is_reverse, competing_role) -%}
    case
        when {{ statistic }} in ('min_months', 'max_months')
        then 'range over patients without the event'
        when {{ statistic }} = 'cumulative_incidence_exponential_percent'
        then '1 - exp(-H) of the subdistribution hazard; for comparison only, no limits'
        when {{ statistic }} like '%_incidence_percent'
        then
            'Aalen-Johansen, exact under ties; Aalen-type variance (cmprsk); '
            || 'limits on the log scale'
        else
            case when {{ is_reverse }} then 'reverse ' else '' end
            || 'Kaplan-Meier; Greenwood; log(-log) limits'
            || case
                when {{ statistic }} like 'median_%' then ' by Brookmeyer-Crowley'
                else ''
            end
            || case
                when {{ is_reverse }} then '; deaths before ends of follow-up'
                else '; events before censorings'
            end
            || case {{ competing_role }}
                when 'event' then '; competing events count as events'
                when 'censoring' then '; competing events censor'
                else ''
            end
    end
{%- endmacro %}

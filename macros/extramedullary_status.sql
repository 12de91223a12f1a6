{#-
  Query: whether each extramedullary site is involved, by its latest finding up to the
  day in `last_day` of each row of `assessed` (P8). A site without a finding has no row.

  | findings up to the day                       | site  | is_involved |
  | `yes`, later `no`                            | it    | false       |
  | `yes` and `no` on one day                    | it    | true        |
  | `yes` at the site, later `no` on `any`       | both  | false       |
  | `yes` on `any`, later `no` at another site   | `any` | true        |
-#}
{% macro extramedullary_status(assessed, keys, last_day) -%}
    select
        {%- for key in keys %}
        {{ assessed }}.{{ key }},
        {%- endfor %}
        sites.term as site,
        coalesce(
            max(
                case when findings.involvement = 'yes' then findings.assessment_date end
            ) >= max(
                case when findings.involvement = 'no' then findings.assessment_date end
            ),
            max(case when findings.involvement = 'yes' then 1 else 0 end) = 1
        ) as is_involved
    from {{ assessed }}
    cross join {{ ref('controlled_terms') }} as sites
    inner join {{ ref('stg_delivery__extramedullary_assessments') }} as findings
        on
            {{ assessed }}.patient_id = findings.patient_id
            and findings.assessment_date <= {{ assessed }}.{{ last_day }}
            and (
                findings.site = sites.term
                or (findings.site = 'any' and findings.involvement = 'no')
            )
    where
        findings.disposition = 'accepted'
        and sites.vocabulary = 'extramedullary_site'
        and findings.involvement in ('yes', 'no')
    group by
        {%- for key in keys %}
        {{ assessed }}.{{ key }},
        {%- endfor %}
        sites.term
{%- endmacro %}

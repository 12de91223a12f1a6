{#- A subset, the window in which it is met (`any`: whatever the window), and what its
    members have in common, in the columns of `characterised`. -#}
{%- set subsets = [
    ('all', 'any', 'true'),
    ('persistent_mrd', 'any', "disease_status = 'persistent_mrd'"),
    ('mrd_relapse', 'any', "disease_status = 'mrd_relapse'"),
    ('relapsed', 'any', "disease_status = 'relapsed'"),
    ('refractory', 'any', "disease_status = 'refractory'"),
    ('cr1', 'any', "cr_number = 'cr1'"),
    ('cr2_plus', 'any', "cr_number = 'cr2_plus'"),
    ('no_prior_salvage', 'any', 'n_salvage_lines = 0'),
    ('prior_hsct', 'any', 'has_hsct_before_index'),
    ('extramedullary', 'any', 'has_extramedullary'),
    ('extramedullary_responder', 'each', 'has_extramedullary and is_responder'),
    ('dli', 'any', 'has_dli'),
    ('dli_responder', 'each', 'has_dli and is_responder'),
    ('responder', 'each', 'is_responder'),
    ('mrd_evaluable', 'each', 'is_mrd_evaluable'),
    ('hsct', 'any', 'hsct_date is not null'),
    ('hsct_mrd_response', 'any', 'has_response_before_hsct and not is_rr'),
    ('hsct_cr', 'any', 'has_response_before_hsct and is_rr'),
    ('hsct_nrm_evaluable', 'any', 'is_nrm_evaluable'),
] -%}

with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

populations as (
    select * from {{ ref('populations') }}
),

baseline as (
    select * from {{ ref('baseline_characteristics') }}
),

responses as (
    select * from {{ ref('responses') }}
),

transplant_outcomes as (
    select * from {{ ref('transplant_outcomes') }}
),

characterised as (
    select
        cohort.patient_id,
        responses.response_window,
        cohort.disease_group = 'relapsed_refractory' as is_rr,
        baseline.disease_status,
        baseline.cr_number,
        baseline.n_salvage_lines,
        baseline.has_hsct_before_index,
        baseline.has_dli,
        cohort.disease_group = 'relapsed_refractory'
        and baseline.extramedullary_status = 'yes' as has_extramedullary,
        cohort.disease_group = 'relapsed_refractory'
        and responses.remission_date is not null as is_responder,
        responses.is_mrd_evaluable,
        transplant_outcomes.hsct_date,
        transplant_outcomes.has_response_before_hsct,
        transplant_outcomes.is_nrm_evaluable
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    inner join transplant_outcomes
        on cohort.patient_id = transplant_outcomes.patient_id
    inner join responses on cohort.patient_id = responses.patient_id
),

subsets_listed as (
    {%- for subset, window, condition in subsets %}
    select distinct
        patient_id,
        '{{ subset }}' as subset,
        {% if window == 'each' %}response_window{% else %}'any' as response_window
        {%- endif %}
    from characterised
    where {{ condition }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

grouped as (
    select
        populations.population,
        subsets_listed.subset,
        subsets_listed.response_window,
        cohort.patient_id
    from cohort
    inner join populations
        on
            coalesce(cohort.disease_group = populations.disease_group, true)
            and coalesce(cohort.ph_status = populations.ph_status, true)
    inner join subsets_listed on cohort.patient_id = subsets_listed.patient_id
)

select * from grouped

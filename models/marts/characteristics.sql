{#- What is told of each patient once, as a level: the characteristic, its expression,
    and the day on which it became known. -#}
{%- set levels = [
    ('disease_group', 'cohort.disease_group', 'cohort.index_date'),
    ('ph_status', 'cohort.ph_status', 'cohort.index_date'),
    ('sex', 'baseline.sex', 'cohort.index_date'),
    ('country', 'cohort.country', 'cohort.index_date'),
    ('site', 'cohort.site_id', 'cohort.index_date'),
    ('cr_number', 'baseline.cr_number', 'cohort.index_date'),
    ('disease_status', 'baseline.disease_status', 'cohort.index_date'),
    ('hsct_before_index', 'baseline.has_hsct_before_index', 'cohort.index_date'),
    ('marrow_blasts', 'baseline.marrow_blast_category', 'cohort.index_date'),
    ('extramedullary', 'baseline.extramedullary_status', 'cohort.index_date'),
    ('remission_at_frontline', 'remission_criteria.grade is not null',
        'cohort.index_date'),
    ('dli', 'baseline.has_dli',
        'coalesce(infusions.first_concurrent_date, patients.treatment_end_date)'),
    ('hsct', 'transplants.hsct_date is not null',
        'coalesce(transplants.hsct_date, cohort.follow_up_end_date)'),
    ('in_remission_at_hsct', 'transplants.is_in_remission_at_hsct',
        'transplants.hsct_date'),
    ('response_before_hsct', 'transplants.has_response_before_hsct',
        'coalesce(transplants.hsct_date, cohort.follow_up_end_date)'),
    ('nrm_evaluable', 'transplants.is_nrm_evaluable',
        'coalesce(transplants.hsct_date, cohort.follow_up_end_date)'),
] -%}
{#- The same, as a number; bands of it are rows of `characteristic_bands`. -#}
{%- set quantities = [
    ('age_years', 'baseline.age_years', 'cohort.index_date'),
    ('n_salvage_lines', 'baseline.n_salvage_lines', 'cohort.index_date'),
    ('months_from_hsct', 'baseline.months_from_hsct', 'cohort.index_date'),
    ('marrow_blast_percent', 'baseline.marrow_blast_percent', 'cohort.index_date'),
    ('n_cycles', 'baseline.n_cycles', 'patients.treatment_end_date'),
] -%}
{%- set are_boolean = [
    'hsct_before_index', 'remission_at_frontline', 'dli', 'hsct', 'in_remission_at_hsct',
    'response_before_hsct', 'nrm_evaluable',
] -%}

with
delivered_characteristics as (
    select * from {{ ref('delivered_characteristics') }}
),

cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

patients as (
    select * from {{ ref('int_patients') }}
),

baseline as (
    select * from {{ ref('baseline_characteristics') }}
),

transplants as (
    select * from {{ ref('transplant_outcomes') }}
),

responses as (
    select * from {{ ref('responses') }}
),

response_windows as (
    select * from {{ ref('response_windows') }}
),

characteristic_bands as (
    select * from {{ ref('characteristic_bands') }}
),

remission_criteria as (
    select * from {{ ref('remission_criteria') }}
),

extramedullary_sites as (
    select * from {{ ref('int_extramedullary_at_index') }}
    where is_involved
),

infusions as (
    select * from {{ ref('int_concurrent_therapies') }}
    where drug_class = 'lymphocyte_infusion'
),

-- An unknown response at frontline therapy is none (P27).
described as (
    select
        cohort.patient_id,
        {%- for name, expression, known_date in levels %}
        {% if name in are_boolean -%}
        case when {{ expression }} then 'yes' when not {{ expression }} then 'no' end
        {%- else -%}
        {{ expression }}
        {%- endif %} as {{ name }}_level,
        {{ known_date }} as {{ name }}_date,
        {%- endfor %}
        {%- for name, expression, known_date in quantities %}
        cast({{ expression }} as double) as {{ name }}_quantity,
        {{ known_date }} as {{ name }}_date{{ ',' if not loop.last }}
        {%- endfor %}
    from cohort
    inner join patients on cohort.patient_id = patients.patient_id
    inner join baseline on cohort.patient_id = baseline.patient_id
    inner join transplants on cohort.patient_id = transplants.patient_id
    left join infusions on cohort.patient_id = infusions.patient_id
    left join remission_criteria
        on baseline.frontline_response = remission_criteria.grade
),

quantities_listed as (
    {%- for name, expression, known_date in quantities %}
    select
        patient_id,
        '{{ name }}' as variable,
        {{ name }}_quantity as quantity,
        {{ name }}_date as known_date
    from described
    where {{ name }}_quantity is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- A response is known on its day, the lack of one when the window has closed; from the
-- day of the assessment on a patient without one has none so far.
windows_assessed as (
    select
        responses.patient_id,
        responses.response_window,
        responses.is_mrd_evaluable,
        responses.mrd_evaluable_date,
        responses.mrd_response_date,
        responses.remission_date,
        cohort.index_date,
        cohort.index_date + response_windows.last_day as window_end_date
    from responses
    inner join cohort on responses.patient_id = cohort.patient_id
    inner join response_windows
        on responses.response_window = response_windows.response_window
),

responses_listed as (
    select
        patient_id,
        response_window,
        'mrd_response' as variable,
        mrd_response_date as response_date,
        window_end_date,
        mrd_evaluable_date as assessed_date
    from windows_assessed
    where is_mrd_evaluable
    union all
    select
        patient_id,
        response_window,
        'mrd_response_reported' as variable,
        mrd_response_date as response_date,
        window_end_date,
        index_date as assessed_date
    from windows_assessed
    union all
    select
        patient_id,
        response_window,
        'remission_response' as variable,
        remission_date as response_date,
        window_end_date,
        index_date as assessed_date
    from windows_assessed
),

levels_listed as (
    {%- for name, expression, known_date in levels %}
    select
        patient_id,
        '{{ name }}' as variable,
        'any' as response_window,
        {{ name }}_level as level,
        cast(null as double) as quantity,
        {{ name }}_date as known_date,
        cast(null as date) as assessed_date
    from described
    where {{ name }}_level is not null
    union all
    {%- endfor %}
    select
        extramedullary_sites.patient_id,
        'extramedullary' as variable,
        'any' as response_window,
        extramedullary_sites.site as level,
        cast(null as double) as quantity,
        cohort.index_date as known_date,
        cast(null as date) as assessed_date
    from extramedullary_sites
    inner join cohort on extramedullary_sites.patient_id = cohort.patient_id
    union all
    select
        patient_id,
        variable,
        'any' as response_window,
        'all' as level,
        quantity,
        known_date,
        cast(null as date) as assessed_date
    from quantities_listed
    union all
    select
        quantities_listed.patient_id,
        characteristic_bands.variable,
        'any' as response_window,
        characteristic_bands.level,
        cast(null as double) as quantity,
        quantities_listed.known_date,
        cast(null as date) as assessed_date
    from quantities_listed
    inner join characteristic_bands
        on
            quantities_listed.variable = characteristic_bands.of_variable
            and coalesce(
                quantities_listed.quantity >= characteristic_bands.at_least, true
            )
            and coalesce(quantities_listed.quantity < characteristic_bands.below, true)
    union all
    select
        patient_id,
        variable,
        response_window,
        case when response_date is not null then 'responder' else 'nonresponder' end
            as level,
        cast(null as double) as quantity,
        coalesce(response_date, window_end_date) as known_date,
        assessed_date
    from responses_listed
    union all
    select
        patient_id,
        variable,
        'any' as response_window,
        level,
        cast(null as double) as quantity,
        known_date,
        level_before_on as assessed_date
    from delivered_characteristics
)

select * from levels_listed

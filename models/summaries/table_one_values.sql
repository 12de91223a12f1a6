with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

patients as (
    select * from {{ ref('int_patients') }}
),

baseline as (
    select * from {{ ref('baseline_characteristics') }}
),

delivered_characteristics as (
    select * from {{ ref('delivered_characteristics') }}
),

extramedullary_sites as (
    select * from {{ ref('int_extramedullary_at_index') }}
    where is_involved
),

remission_criteria as (
    select * from {{ ref('remission_criteria') }}
),

-- Frontline response and extramedullary disease are told of patients with disease at
-- index alone; an unknown response at frontline therapy is none (P27).
described as (
    select
        baseline.patient_id,
        'all' as patients,
        baseline.sex,
        case
            when baseline.n_salvage_lines < 2
                then cast(baseline.n_salvage_lines as string)
            else '2_plus'
        end as prior_salvage,
        case when baseline.n_salvage_lines > 0 then 'yes' else 'no' end
            as any_prior_salvage,
        baseline.cr_number,
        coalesce(baseline.disease_status, 'unknown') as disease_status,
        case
            when baseline.has_hsct_before_index then 'yes'
            when not baseline.has_hsct_before_index then 'no'
            else 'unknown'
        end as hsct_before_blinatumomab,
        case
            when patients.state_at_index = 'with_disease' then
                case when remission_criteria.grade is null then 'no' else 'yes' end
        end as cr_crh_cri_at_frontline,
        baseline.marrow_blast_category as marrow_blasts,
        case
            when patients.state_at_index = 'with_disease'
                then baseline.extramedullary_status
        end as extramedullary,
        baseline.age_years,
        baseline.n_salvage_lines as number_salvage_therapies,
        baseline.months_from_hsct as months_hsct_to_blinatumomab,
        baseline.n_cycles as blinatumomab_cycles
    from baseline
    inner join cohort on baseline.patient_id = cohort.patient_id
    inner join patients on baseline.patient_id = patients.patient_id
    left join remission_criteria
        on baseline.frontline_response = remission_criteria.grade
),

characteristics_listed as (
    {%- for variable in [
        'patients', 'sex', 'prior_salvage', 'any_prior_salvage', 'cr_number',
        'disease_status', 'hsct_before_blinatumomab', 'cr_crh_cri_at_frontline',
        'marrow_blasts', 'extramedullary',
    ] %}
    select
        patient_id,
        '{{ variable }}' as variable,
        {{ variable }} as level,
        cast(null as double) as quantity
    from described
    where {{ variable }} is not null
    union all
    {%- endfor %}
    {%- for variable in [
        'age_years', 'number_salvage_therapies', 'months_hsct_to_blinatumomab',
        'blinatumomab_cycles',
    ] %}
    select
        patient_id,
        '{{ variable }}' as variable,
        'all' as level,
        cast({{ variable }} as double) as quantity
    from described
    where {{ variable }} is not null
    union all
    {%- endfor %}
    select
        described.patient_id,
        'extramedullary' as variable,
        extramedullary_sites.site as level,
        cast(null as double) as quantity
    from described
    inner join extramedullary_sites
        on described.patient_id = extramedullary_sites.patient_id
    where described.extramedullary is not null
    union all
    -- Table 1 tells what is known at the index date.
    select
        delivered_characteristics.patient_id,
        delivered_characteristics.variable,
        case
            when delivered_characteristics.known_date <= cohort.index_date
                then delivered_characteristics.level
            else delivered_characteristics.level_before
        end as level,
        cast(null as double) as quantity
    from delivered_characteristics
    inner join cohort on delivered_characteristics.patient_id = cohort.patient_id
)

select * from characteristics_listed

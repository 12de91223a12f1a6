with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

populations as (
    select * from {{ ref('populations') }}
),

outcome_measures as (
    select * from {{ ref('outcome_measures') }}
),

controlled_terms as (
    select * from {{ ref('controlled_terms') }}
),

response_windows as (
    select * from {{ ref('response_windows') }}
    where is_default
),

-- What the window of the study needs, and what no window cuts.
patients_grouped as (
    select
        subset_members.population,
        subset_members.subset,
        subset_members.patient_id
    from {{ ref('subset_members') }} as subset_members
    left join response_windows
        on subset_members.response_window = response_windows.response_window
    where
        subset_members.response_window = 'any'
        or response_windows.response_window is not null
),

member_profiles as (
    select * from {{ ref('member_profiles') }}
),

transplant_outcomes as (
    select * from {{ ref('transplant_outcomes') }}
),

times as (
    select * from {{ ref('time_to_event') }}
    where censoring_rule = 'standard' and is_evaluable
),

-- The ways in which an endpoint's event can come: `os_death`, `dfs_relapse`.
ends_listed as (
    select distinct
        endpoint,
        ended_by,
        endpoint || '_' || ended_by as fact
    from {{ ref('endpoint_events') }}
    where status = 1
),

concurrent_therapies as (
    select * from {{ ref('int_concurrent_therapies') }}
),

genetic_findings as (
    select * from {{ ref('stg_delivery__genetic_findings') }}
    where disposition = 'accepted'
),

transplants_assessed as (
    select
        cohort.patient_id,
        true as counted,
        transplants.hsct_date is not null as hsct_after_index,
        transplants.has_response_before_hsct as response_before_hsct,
        transplants.has_cytotoxic_between as cytotoxic_between,
        not transplants.has_cytotoxic_between as no_cytotoxic_between,
        coalesce(not transplants.has_cytotoxic_between, false) as response_then_hsct,
        transplants.is_in_remission_at_hsct as in_remission_at_hsct,
        transplants.is_nrm_evaluable as nrm_evaluable
    from cohort
    inner join transplant_outcomes as transplants
        on cohort.patient_id = transplants.patient_id
),

-- As in P5, a test without a whole date counts unless it can only be later than index.
markers_assessed as (
    select
        genetic_findings.patient_id,
        genetic_findings.marker,
        case
            when max(case when genetic_findings.result = 'positive' then 1 end) = 1
                then true
            when max(case when genetic_findings.result = 'negative' then 1 end) = 1
                then false
        end as is_positive
    from genetic_findings
    inner join cohort on genetic_findings.patient_id = cohort.patient_id
    where coalesce(genetic_findings.test_date_earliest <= cohort.index_date, true)
    group by genetic_findings.patient_id, genetic_findings.marker
),

drugs_listed as (
    select distinct
        concurrent_therapies.drug_class,
        concurrent_therapies.drug,
        outcome_measures.fact || '__' || concurrent_therapies.drug as fact,
        outcome_measures.measure || '__' || concurrent_therapies.drug as measure
    from concurrent_therapies
    inner join cohort on concurrent_therapies.patient_id = cohort.patient_id
    inner join outcome_measures
        on 'concurrent_' || concurrent_therapies.drug_class = outcome_measures.fact
    where concurrent_therapies.drug_class <> 'lymphocyte_infusion'
),

therapies_listed as (
    select
        term as drug_class,
        cast(null as string) as drug,
        'concurrent_' || term as fact
    from controlled_terms
    where vocabulary = 'drug_class'
    union all
    select
        'lymphocyte_infusion' as drug_class,
        cast(null as string) as drug,
        'concurrent_lymphocyte_infusion' as fact
    union all
    select
        drug_class,
        drug,
        fact
    from drugs_listed
),

facts_listed as (
    {%- for fact in [
        'counted', 'hsct_after_index', 'response_before_hsct', 'cytotoxic_between',
        'no_cytotoxic_between', 'response_then_hsct', 'in_remission_at_hsct',
        'nrm_evaluable',
    ] %}
    select
        patient_id,
        '{{ fact }}' as fact,
        {{ fact }} as is_met
    from transplants_assessed
    union all
    {%- endfor %}
    select
        times.patient_id,
        ends_listed.fact,
        times.status = 1 and times.ended_by = ends_listed.ended_by as is_met
    from times
    inner join ends_listed on times.endpoint = ends_listed.endpoint
    union all
    select
        patient_id,
        marker || '_positive' as fact,
        is_positive as is_met
    from markers_assessed
    union all
    -- Who is not listed here did not have it: it is told of every patient.
    select distinct
        concurrent_therapies.patient_id,
        therapies_listed.fact,
        true as is_met
    from concurrent_therapies
    inner join therapies_listed
        on
            concurrent_therapies.drug_class = therapies_listed.drug_class
            and (
                therapies_listed.drug is null
                or concurrent_therapies.drug = therapies_listed.drug
            )
),

measures_listed as (
    select
        subset,
        measure,
        fact,
        disease_group
    from outcome_measures
    union all
    select
        'all' as subset,
        measure,
        fact,
        cast(null as string) as disease_group
    from drugs_listed
),

groups_counted as (
    select
        population,
        subset,
        count(*) as n_patients
    from patients_grouped
    group by population, subset
),

-- Who is in the same groups is counted once: there are many facts per patient.
facts_of_profiles as (
    select
        member_profiles.representative_id,
        facts_listed.fact,
        count(case when facts_listed.is_met then 1 end) as n_met,
        count(facts_listed.is_met) as n_known
    from facts_listed
    inner join member_profiles on facts_listed.patient_id = member_profiles.patient_id
    group by member_profiles.representative_id, facts_listed.fact
),

facts_met as (
    select
        patients_grouped.population,
        measures_listed.subset,
        measures_listed.measure,
        cast(sum(facts_of_profiles.n_met) as bigint) as n_met,
        cast(sum(facts_of_profiles.n_known) as bigint) as n_known
    from facts_of_profiles
    inner join measures_listed on facts_of_profiles.fact = measures_listed.fact
    inner join patients_grouped
        on
            facts_of_profiles.representative_id = patients_grouped.patient_id
            and measures_listed.subset = patients_grouped.subset
    group by
        patients_grouped.population, measures_listed.subset, measures_listed.measure
),

-- Of whom the answer is known.
facts_counted as (
    select
        populations.population,
        measures_listed.subset,
        measures_listed.measure,
        coalesce(facts_met.n_met, 0) as numerator,
        coalesce(
            case
                when therapies_told.fact is not null then groups_counted.n_patients
                else facts_met.n_known
            end,
            0
        ) as denominator
    from populations
    inner join measures_listed
        on
            measures_listed.disease_group is null
            or populations.disease_group = measures_listed.disease_group
    left join therapies_listed as therapies_told
        on measures_listed.fact = therapies_told.fact
    left join groups_counted
        on
            populations.population = groups_counted.population
            and measures_listed.subset = groups_counted.subset
    left join facts_met
        on
            populations.population = facts_met.population
            and measures_listed.subset = facts_met.subset
            and measures_listed.measure = facts_met.measure
    union all
    select
        populations.population,
        'all' as subset,
        'participating_sites' as measure,
        count(distinct cohort.site_id) as numerator,
        cast(null as bigint) as denominator
    from populations
    left join patients_grouped
        on
            populations.population = patients_grouped.population
            and patients_grouped.subset = 'all'
    left join cohort on patients_grouped.patient_id = cohort.patient_id
    group by populations.population
),

summarised as (
    select
        population,
        subset,
        measure,
        numerator,
        denominator,
        {{ ratio('100 * numerator', 'denominator') }} as percent
    from facts_counted
)

select * from summarised

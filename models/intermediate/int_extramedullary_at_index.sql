with
patients as (
    select * from {{ ref('int_patients_indexed') }}
    where index_date is not null
),

extramedullary_assessments as (
    select * from {{ accepted('extramedullary_assessments') }}
),

sites as (
    select term as site
    from {{ ref('controlled_terms') }}
    where vocabulary = 'extramedullary_site'
),

-- As in P8: a `no` on `any` clears every site, and on one day `yes` beats `no`.
sites_judged as (
    select
        patients.patient_id,
        sites.site,
        max(
            case
                when
                    extramedullary_assessments.involvement = 'yes'
                    and extramedullary_assessments.site = sites.site
                    then extramedullary_assessments.assessment_date
            end
        ) as last_yes_date,
        max(
            case
                when extramedullary_assessments.involvement = 'no'
                    then extramedullary_assessments.assessment_date
            end
        ) as last_no_date
    from patients
    cross join sites
    inner join extramedullary_assessments
        on
            patients.patient_id = extramedullary_assessments.patient_id
            and (
                extramedullary_assessments.site = sites.site
                or (
                    extramedullary_assessments.site = 'any'
                    and extramedullary_assessments.involvement = 'no'
                )
            )
            and extramedullary_assessments.assessment_date <= patients.index_date
    where extramedullary_assessments.involvement in ('yes', 'no')
    group by patients.patient_id, sites.site
),

judged as (
    select
        patient_id,
        site,
        coalesce(
            last_yes_date >= coalesce(last_no_date, last_yes_date), false
        ) as is_involved
    from sites_judged
)

select * from judged

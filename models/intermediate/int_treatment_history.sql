with
follow_up as (
    select * from {{ ref('int_follow_up') }}
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

salvage_lines as (
    select * from {{ ref('int_salvage_lines') }}
),

transplants_timed as (
    select
        follow_up.patient_id,
        dates_resolved.event_date,
        dates_resolved.source_record,
        dates_resolved.file_line,
        case
            when dates_resolved.latest_date <= follow_up.index_date then 'before_index'
            when dates_resolved.earliest_date > follow_up.follow_up_end_date
                then 'after_follow_up'
            when
                dates_resolved.event_date is null
                or dates_resolved.earliest_date <= follow_up.index_date
                then 'date_missing'
            when dates_resolved.event_date > follow_up.follow_up_end_date
                then 'after_follow_up'
            else 'after_index'
        end as timing
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where dates_resolved.event_type = 'allogeneic_hsct'
),

transplants_ranked as (
    select
        patient_id,
        event_date,
        source_record,
        timing,
        row_number() over (
            partition by patient_id, timing order by event_date nulls last, file_line
        ) as rank_by_date
    from transplants_timed
),

-- The HSCT before index that counts is the last one.
transplants_before as (
    select
        patient_id,
        count(*) as n_hsct_before_index,
        max(event_date) as hsct_before_index_date
    from transplants_timed
    where timing = 'before_index'
    group by patient_id
),

cytotoxic_starts as (
    select
        dates_resolved.patient_id,
        dates_resolved.event_date as start_date,
        dates_resolved.source_table,
        dates_resolved.source_record,
        dates_resolved.file_line
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where
        dates_resolved.event_type = 'cytotoxic_medication'
        and dates_resolved.event_date > follow_up.index_date
    union all
    -- A line placed after index counts from the next day at the earliest; the index
    -- drug's own line (P6) is no other therapy.
    select
        salvage_lines.patient_id,
        greatest(salvage_lines.start_date, follow_up.index_date + 1) as start_date,
        'therapy_lines' as source_table,
        salvage_lines.source_record,
        salvage_lines.file_line
    from salvage_lines
    inner join follow_up on salvage_lines.patient_id = follow_up.patient_id
    where
        salvage_lines.is_after_index
        and not salvage_lines.is_index_line
        and salvage_lines.start_date is not null
),

cytotoxic_ranked as (
    select
        patient_id,
        start_date,
        source_table,
        source_record,
        row_number() over (
            partition by patient_id order by start_date, source_table, file_line
        ) as rank_by_date
    from cytotoxic_starts
),

salvage_counted as (
    select
        patient_id,
        count(*) as n_salvage_lines
    from salvage_lines
    where not is_after_index
    group by patient_id
),

-- A transplant that could not be read never makes a plain "no".
transplants_quarantined as (
    select distinct patient_id
    from {{ ref('record_dispositions') }}
    where table_name = 'transplants' and disposition = 'quarantined'
),

treated as (
    select
        follow_up.patient_id,
        follow_up.index_date,
        follow_up.follow_up_end_date,
        hsct.event_date as hsct_date,
        hsct.source_record as hsct_record,
        undated.patient_id is not null as is_hsct_date_missing,
        case
            when transplants_before.n_hsct_before_index > 0 then true
            when transplants_quarantined.patient_id is null then false
        end as has_hsct_before_index,
        transplants_before.hsct_before_index_date,
        cytotoxic_ranked.start_date as cytotoxic_date,
        cytotoxic_ranked.source_table as cytotoxic_table,
        cytotoxic_ranked.source_record as cytotoxic_record,
        cast(coalesce(salvage_counted.n_salvage_lines, 0) as int) as n_salvage_lines,
        least(hsct.event_date, cytotoxic_ranked.start_date) as response_cut_date,
        case
            when hsct.event_date <= coalesce(
                    cytotoxic_ranked.start_date, hsct.event_date
                ) then 'after_hsct'
            when cytotoxic_ranked.start_date is not null
                then 'after_cytotoxic_therapy'
        end as response_cut_reason
    from follow_up
    left join transplants_ranked as hsct
        on
            follow_up.patient_id = hsct.patient_id
            and hsct.timing = 'after_index'
            and hsct.rank_by_date = 1
    left join transplants_ranked as undated
        on
            follow_up.patient_id = undated.patient_id
            and undated.timing = 'date_missing'
            and undated.rank_by_date = 1
    left join transplants_before
        on follow_up.patient_id = transplants_before.patient_id
    left join transplants_quarantined
        on follow_up.patient_id = transplants_quarantined.patient_id
    left join cytotoxic_ranked
        on
            follow_up.patient_id = cytotoxic_ranked.patient_id
            and cytotoxic_ranked.rank_by_date = 1
    left join salvage_counted on follow_up.patient_id = salvage_counted.patient_id
)

select * from treated

with
patients as (
    select * from {{ ref('int_patients') }}
),

therapy_lines as (
    select * from {{ ref('stg_delivery__therapy_lines') }}
    where disposition = 'accepted'
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
    where event_type = 'salvage_line'
),

lines_dated as (
    select
        therapy_lines.patient_id,
        therapy_lines.line_number,
        therapy_lines.line_type,
        therapy_lines.file_line,
        therapy_lines.source_record,
        patients.index_date,
        coalesce(therapy_lines.start_date_latest < patients.index_date, false)
            as is_known_before,
        coalesce(therapy_lines.start_date_earliest >= patients.index_date, false)
            as is_known_after,
        coalesce(
            therapy_lines.start_date_earliest = patients.index_date
            and therapy_lines.start_date_latest = patients.index_date,
            false
        ) as is_on_index_date
    from therapy_lines
    inner join patients on therapy_lines.patient_id = patients.patient_id
    where patients.index_date is not null
),

-- The lowest line known to have begun on or after the index date pulls every later
-- line of uncertain date after it, too.
first_after as (
    select
        patient_id,
        min(line_number) as line_number
    from lines_dated
    where is_known_after
    group by patient_id
),

placed as (
    select
        lines_dated.patient_id,
        lines_dated.line_number,
        lines_dated.is_known_after
        or (
            not lines_dated.is_known_before
            and coalesce(lines_dated.line_number > first_after.line_number, false)
        ) as is_after_index,
        not lines_dated.is_known_before and not lines_dated.is_known_after
            as is_placed_by_order,
        lines_dated.is_on_index_date as is_index_line,
        dates_resolved.event_date as start_date,
        dates_resolved.date_resolution as start_date_resolution,
        lines_dated.file_line,
        lines_dated.source_record
    from lines_dated
    left join first_after on lines_dated.patient_id = first_after.patient_id
    left join dates_resolved
        on lines_dated.source_record = dates_resolved.source_record
    where lines_dated.line_type = 'salvage'
)

select * from placed

with
follow_up as (
    select * from {{ ref('int_follow_up') }}
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

remissions as (
    select * from {{ ref('int_remission_spells') }}
),

salvage_lines as (
    select * from {{ ref('int_salvage_lines') }}
),

gate_rules as (
    select * from {{ ref('gate_rules') }}
),

relapses_reported as (
    select
        dates_resolved.patient_id,
        dates_resolved.event_date,
        dates_resolved.earliest_date,
        dates_resolved.latest_date,
        dates_resolved.file_line,
        dates_resolved.source_record,
        follow_up.index_date
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where
        dates_resolved.event_type in (
            'haematological_relapse', 'extramedullary_relapse'
        )
        and coalesce(
            dates_resolved.event_date >= follow_up.index_date,
            dates_resolved.latest_date >= follow_up.index_date,
            true
        )
        and coalesce(
            dates_resolved.earliest_date <= follow_up.follow_up_end_date, true
        )
),

-- An undated relapse falls in no remission where the patient was never in one; a dated
-- one must fall after the first day of one, the day that ended it included.
relapses_in_remission as (
    select distinct relapses_reported.source_record
    from relapses_reported
    inner join remissions
        on
            relapses_reported.patient_id = remissions.patient_id
            and (
                relapses_reported.event_date is null
                or (
                    relapses_reported.event_date > remissions.first_date
                    and relapses_reported.event_date
                    <= coalesce(remissions.relapse_date, remissions.last_date)
                )
            )
),

-- The remission before it: where it had ended, its end is what the site reports, too.
remissions_before as (
    select
        relapses_reported.source_record,
        remissions.relapse_record,
        coalesce(remissions.relapse_date, remissions.first_date) as turned_on,
        row_number() over (
            partition by relapses_reported.source_record
            order by remissions.first_date desc
        ) as rank_by_recency
    from relapses_reported
    inner join remissions
        on
            relapses_reported.patient_id = remissions.patient_id
            and relapses_reported.event_date >= remissions.first_date
),

found as (
    select
        'relapse_outside_remission' as rule_id,
        'relapses' as table_name,
        relapses_reported.file_line,
        relapses_reported.source_record,
        relapses_reported.patient_id,
        'relapse_date' as column_name,
        cast(relapses_reported.event_date as string) as value_text,
        remissions_before.relapse_record as related_record,
        cast(remissions_before.turned_on as string) as related_value
    from relapses_reported
    left join relapses_in_remission
        on relapses_reported.source_record = relapses_in_remission.source_record
    left join remissions_before
        on
            relapses_reported.source_record = remissions_before.source_record
            and remissions_before.rank_by_recency = 1
    where relapses_in_remission.source_record is null
    union all
    select
        'cytotoxic_undated' as rule_id,
        dates_resolved.source_table as table_name,
        dates_resolved.file_line,
        dates_resolved.source_record,
        dates_resolved.patient_id,
        'start_date' as column_name,
        cast(dates_resolved.earliest_date as string) as value_text,
        cast(null as string) as related_record,
        cast(follow_up.index_date as string) as related_value
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    left join salvage_lines
        on dates_resolved.source_record = salvage_lines.source_record
    where
        dates_resolved.event_date is null
        and (
            (
                dates_resolved.event_type = 'cytotoxic_medication'
                and coalesce(dates_resolved.latest_date > follow_up.index_date, true)
            )
            or (
                dates_resolved.event_type = 'salvage_line'
                and salvage_lines.is_after_index
            )
        )
    union all
    select
        'salvage_line_on_index_date' as rule_id,
        'therapy_lines' as table_name,
        salvage_lines.file_line,
        salvage_lines.source_record,
        salvage_lines.patient_id,
        'start_date' as column_name,
        cast(salvage_lines.start_date as string) as value_text,
        cast(null as string) as related_record,
        cast(follow_up.index_date as string) as related_value
    from salvage_lines
    inner join follow_up on salvage_lines.patient_id = follow_up.patient_id
    where salvage_lines.is_index_line
),

severities_given as (
    select
        found.rule_id,
        gate_rules.severity,
        found.table_name,
        found.file_line,
        found.source_record,
        found.patient_id,
        found.column_name,
        found.value_text,
        found.related_record,
        found.related_value,
        cast(null as string) as detail,
        gate_rules.description,
        gate_rules.action
    from found
    left join gate_rules on found.rule_id = gate_rules.rule_id
)

select * from severities_given

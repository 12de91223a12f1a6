with
expectation_results as (
    select * from {{ ref('expectation_results') }}
),

failure_causes as (
    select * from {{ ref('failure_causes') }}
),

reconciliation as (
    select * from {{ ref('reconciliation') }}
),

gate_rules as (
    select * from {{ ref('gate_rules') }}
),

failed as (
    select * from expectation_results
    where is_evaluated and not is_successful
),

rows_failed as (
    select
        failed.expectation_id,
        failed.severity,
        failure_causes.table_name,
        failure_causes.column_name,
        failure_causes.n_records,
        failure_causes.first_line,
        failed.exception,
        failure_causes.cause || '. ' || failure_causes.repair as reason
    from failed
    inner join failure_causes
        on failed.expectation_id = 'rule.' || failure_causes.rule_id
),

-- A share tells the causes that most records were withheld for, but for those that stop
-- the build themselves: their own sentence is told once, beside it.
causes_ranked as (
    select
        failure_causes.table_name,
        failure_causes.cause,
        failure_causes.repair,
        row_number() over (
            partition by failure_causes.table_name
            order by
                failure_causes.n_records desc,
                failure_causes.rule_id asc,
                failure_causes.column_name asc
        ) as rank_by_records
    from failure_causes
    inner join gate_rules on failure_causes.rule_id = gate_rules.rule_id
    left join rows_failed
        on
            rows_failed.expectation_id = 'rule.' || failure_causes.rule_id
            and rows_failed.severity = 'critical'
            and failure_causes.table_name = rows_failed.table_name
            and failure_causes.column_name is not distinct from rows_failed.column_name
    where gate_rules.stage = 'quarantine' and rows_failed.expectation_id is null
),

causes_of_share as (
    select
        table_name,
        max(case when rank_by_records = 1 then cause || '. ' || repair end)
        || coalesce(
            '. And ' || max(case when rank_by_records = 2 then cause end), ''
        )
        || coalesce('; ' || max(case when rank_by_records = 3 then cause end), '')
        || case
            when count(*) > 3
                then '; and ' || cast(count(*) - 3 as string) || ' more causes'
            else ''
        end as causes
    from causes_ranked
    group by table_name
),

shares_failed as (
    select
        failed.expectation_id,
        failed.severity,
        reconciliation.table_name,
        cast(null as string) as column_name,
        reconciliation.n_quarantined as n_records,
        cast(null as bigint) as first_line,
        failed.exception,
        coalesce(causes_of_share.causes || '. ', '')
        || cast(reconciliation.n_quarantined as string)
        || ' of ' || cast(reconciliation.n_delivered as string)
        || ' records are in quarantine, more than '
        || cast(cast(gate_rules.max_percent as bigint) as string)
        || '% of the file: ' || gate_rules.action as reason
    from failed
    inner join gate_rules
        on
            failed.expectation_id = 'rule.' || gate_rules.rule_id
            and gate_rules.stage = 'share'
    inner join reconciliation
        on reconciliation.percent_quarantined > gate_rules.max_percent
    left join causes_of_share
        on reconciliation.table_name = causes_of_share.table_name
),

others_failed as (
    select
        failed.expectation_id,
        failed.severity,
        coalesce(failed.files, failed.table_name) as table_name,
        failed.column_name,
        cast(null as bigint) as n_records,
        cast(null as bigint) as first_line,
        failed.exception,
        case
            when failed.n_unexpected is null then ''
            else cast(failed.n_unexpected as string) || ' of '
                || cast(failed.n_evaluated as string) || ' records: '
        end || failed.description as reason
    from failed
    left join rows_failed on failed.expectation_id = rows_failed.expectation_id
    left join shares_failed on failed.expectation_id = shares_failed.expectation_id
    where rows_failed.expectation_id is null and shares_failed.expectation_id is null
),

-- Where nothing was judged, nothing is accepted.
nothing_evaluated as (
    select
        'gate' as expectation_id,
        'critical' as severity,
        'manifest' as table_name,
        cast(null as string) as column_name,
        cast(null as bigint) as n_records,
        cast(null as bigint) as first_line,
        cast(null as string) as exception,
        'no expectation was evaluated' as reason
    from expectation_results
    having coalesce(sum(case when is_evaluated then 1 else 0 end), 0) = 0
),

listed as (
    select * from rows_failed
    union all
    select * from shares_failed
    union all
    select * from others_failed
    union all
    select * from nothing_evaluated
),

told as (
    select
        expectation_id,
        severity,
        severity = 'critical' or exception is not null as is_stop,
        table_name,
        column_name,
        n_records,
        first_line,
        table_name || ': '
        || coalesce('could not be evaluated: ' || exception, reason)
        || ' [' || replace(expectation_id, 'rule.', '') || ']' as message,
        exception
    from listed
)

select * from told

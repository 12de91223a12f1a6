with
findings as (
    select * from {{ ref('findings') }}
),

quarantine_causes as (
    select * from {{ ref('quarantine_causes') }}
),

files as (
    select * from {{ source('reading', 'files') }}
),

findings_detailed as (
    select
        rule_id,
        table_name,
        column_name,
        detail,
        count(distinct source_record) as n_records,
        min(file_line) as first_line
    from findings
    group by rule_id, table_name, column_name, detail
),

findings_counted as (
    select
        rule_id,
        table_name,
        column_name,
        description as fault,
        action as repair,
        count(distinct source_record) as n_records,
        count(distinct patient_id) as n_patients,
        min(file_line) as first_line
    from findings
    group by rule_id, table_name, column_name, description, action
),

details_listed as (
    select
        rule_id,
        table_name,
        column_name,
        fault,
        detail,
        repair,
        n_records,
        first_line,
        cast(null as bigint) as n_patients
    from quarantine_causes
    union all
    select
        findings_counted.rule_id,
        findings_counted.table_name,
        findings_counted.column_name,
        coalesce(findings_counted.column_name || ': ', '') || findings_counted.fault
            as fault,
        findings_detailed.detail,
        findings_counted.repair,
        findings_detailed.n_records,
        findings_detailed.first_line,
        findings_counted.n_patients
    from findings_counted
    inner join findings_detailed
        on
            findings_counted.rule_id = findings_detailed.rule_id
            and findings_counted.table_name = findings_detailed.table_name
            and findings_counted.column_name
            is not distinct from findings_detailed.column_name
),

details_ranked as (
    select
        rule_id,
        table_name,
        column_name,
        fault,
        detail,
        repair,
        n_records,
        n_patients,
        first_line,
        row_number() over (
            partition by rule_id, table_name, column_name
            order by n_records desc, detail asc nulls last, repair asc
        ) as rank_by_records
    from details_listed
),

causes as (
    select
        rule_id,
        table_name,
        column_name,
        max(fault) as fault,
        max(case when rank_by_records = 1 then detail end) as detail,
        max(case when rank_by_records = 1 then repair end) as repair,
        cast(sum(n_records) as bigint) as n_records,
        max(case when rank_by_records = 1 then n_records end) as n_detailed,
        max(n_patients) as n_patients,
        count(*) as n_details,
        min(first_line) as first_line
    from details_ranked
    group by rule_id, table_name, column_name
),

told as (
    select
        causes.rule_id,
        causes.table_name,
        causes.column_name,
        causes.n_records,
        causes.first_line,
        case
            when causes.n_records > 0 then
                cast(causes.n_records as string)
                || ' of ' || cast(files.n_records as string) || ' record'
                || case when files.n_records = 1 then '' else 's' end
                || coalesce(
                    case
                        when causes.n_patients < causes.n_records
                            then ' (' || cast(causes.n_patients as string) || ' patient'
                                || case when causes.n_patients = 1 then '' else 's' end
                                || ')'
                    end, ''
                ) || ': '
            else ''
        end
        || causes.fault
        || coalesce(
            ' ('
            || case
                when causes.n_details > 1 and causes.n_records > 0
                    then cast(causes.n_detailed as string) || ' of them: '
                else ''
            end
            || causes.detail
            || case
                when causes.n_details > 1 and causes.n_records = 0
                    then '; and ' || cast(causes.n_details - 1 as string) || ' more'
                else ''
            end
            || ')', ''
        )
        || coalesce(
            case
                when causes.n_records = 1 then ', on line '
                when causes.n_records > 1 then ', first on line '
            end || cast(causes.first_line as string), ''
        ) as cause,
        causes.repair
    from causes
    left join files on causes.table_name = files.table_name
)

select * from told

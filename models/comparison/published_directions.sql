with
published_statements as (
    select * from {{ ref('published_statements') }}
),

survival_summary as (
    select * from {{ ref('survival_summary') }}
),

survival_read as (
    select
        analysis_id,
        stratum,
        at_month,
        estimate
    from survival_summary
    where statistic = 'survival_percent'
),

directed as (
    select
        published_statements.statement_id,
        published_statements.section,
        published_statements.statement,
        published_statements.at_month,
        favoured.estimate as favoured_percent,
        other.estimate as other_percent,
        favoured.estimate > other.estimate as holds
    from published_statements
    left join survival_read as favoured
        on
            published_statements.favoured_analysis_id = favoured.analysis_id
            and published_statements.favoured_stratum = favoured.stratum
            and published_statements.at_month = favoured.at_month
    left join survival_read as other
        on
            published_statements.other_analysis_id = other.analysis_id
            and published_statements.other_stratum = other.stratum
            and published_statements.at_month = other.at_month
)

select * from directed

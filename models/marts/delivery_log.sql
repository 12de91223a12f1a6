with
build_log as (
    select * from {{ source('reading', 'build_log') }}
),

-- This build's own row has no verdict yet: whoever reads it reads a published file.
-- The node that publishes enters when.
verdicts_completed as (
    select
        build_id,
        coalesce(verdict, 'published') as verdict,
        reason,
        goes_back_to,
        delivery_id,
        delivered_on,
        data_cutoff_date,
        n_files,
        files,
        code_commit,
        versions,
        study,
        parameters,
        n_included,
        marts_hash,
        started_at,
        finished_at
    from build_log
)

select * from verdicts_completed

-- A returned row is a rule, check or file of which Spark found more or fewer records
-- than the gate did before it.
with
counts as (
    select * from {{ source('gate', 'counts') }}
),

counted_here as (
    {%- for name, column in [
        ('findings', 'rule_id'),
        ('quarantine', 'rule_id'),
        ('gate_failures', 'expectation_id'),
        ('reconciliation', 'table_name'),
    ] %}
    select
        '{{ name }}' as table_name,
        {{ column }} as counted,
        count(*) as n_records
    from {{ ref(name) }}
    group by {{ column }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(counts.table_name, counted_here.table_name) as table_name,
    coalesce(counts.counted, counted_here.counted) as counted,
    counts.n_records as n_at_the_gate,
    counted_here.n_records as n_here
from counts
full outer join counted_here
    on
        counts.table_name = counted_here.table_name
        and counts.counted = counted_here.counted
where counts.n_records is distinct from counted_here.n_records

-- Which level a patient has is a row of `characteristic_levels`: a column of the
-- contract, or a fact of the patient, that holds a term or lies within bounds; an event
-- of the timeline; or whatever is left.
{%- set sources = [] %}
{%- for table in delivery_tables() %}
    {%- set dates = [] %}
    {%- for column in table.columns.values() if column.meta.date_role == 'happened' %}
        {%- do dates.append(
            column.name ~ ('_latest' if column.meta.type == 'partial_date' else '')
        ) %}
    {%- endfor %}
    {%- for column in table.columns.values()
        if column.name != 'patient_id'
        and column.meta.type in ('text', 'term', 'integer', 'number') %}
        {%- do sources.append((
            table.name, column.name, column.meta.type, dates | first
        )) %}
    {%- endfor %}
{%- endfor %}
with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

baseline as (
    select * from {{ ref('baseline_characteristics') }}
),

timeline as (
    select * from {{ ref('int_patient_timeline') }}
),

characteristic_levels as (
    select * from {{ ref('characteristic_levels') }}
),

values_listed as (
    {%- for table, column, type, happened in sources %}
    select
        delivered.patient_id,
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        {{ 'delivered.' ~ column if type in ('text', 'term')
            else 'cast(null as string)' }} as value,
        {{ 'cast(delivered.' ~ column ~ ' as double)'
            if type in ('integer', 'number')
            else 'cast(null as double)' }} as quantity,
        {{ 'delivered.' ~ happened if happened else 'cast(null as date)' }}
            as known_date
    from {{ ref('stg_delivery__' ~ table) }} as delivered
    where
        delivered.disposition = 'accepted'
        and exists (
            select 1
            from characteristic_levels
            where
                characteristic_levels.table_name = '{{ table }}'
                and characteristic_levels.column_name = '{{ column }}'
        )
    union all
    {%- endfor %}
    select
        patient_id,
        'baseline_characteristics' as table_name,
        'age_years' as column_name,
        cast(null as string) as value,
        cast(age_years as double) as quantity,
        cast(null as date) as known_date
    from baseline
    union all
    select
        patient_id,
        'int_patient_timeline' as table_name,
        'event_type' as column_name,
        event_type as value,
        cast(null as double) as quantity,
        event_date as known_date
    from timeline
),

-- What is told without a day, or happened before, is known at the index date.
levels_found as (
    select
        cohort.patient_id,
        characteristic_levels.variable,
        characteristic_levels.level,
        characteristic_levels.level_order,
        min(
            greatest(
                coalesce(values_listed.known_date, cohort.index_date), cohort.index_date
            )
        ) as known_date
    from values_listed
    inner join cohort on values_listed.patient_id = cohort.patient_id
    inner join characteristic_levels
        on
            values_listed.table_name = characteristic_levels.table_name
            and values_listed.column_name = characteristic_levels.column_name
            and coalesce(values_listed.value = characteristic_levels.term, true)
            and coalesce(values_listed.quantity >= characteristic_levels.at_least, true)
            and coalesce(values_listed.quantity < characteristic_levels.below, true)
    where values_listed.value is not null or values_listed.quantity is not null
    group by
        cohort.patient_id,
        characteristic_levels.variable,
        characteristic_levels.level,
        characteristic_levels.level_order
),

-- One level a variable: the first in order.
levels_ranked as (
    select
        *,
        row_number() over (
            partition by patient_id, variable order by level_order
        ) as rank_by_order
    from levels_found
),

levels_left as (
    select
        variable,
        level,
        is_late
    from characteristic_levels
    where is_otherwise
),

variables as (
    select distinct variable
    from characteristic_levels
),

-- Who has none of a variable's levels has the one that is left, until an event gives
-- another; without such a level there is none to tell.
levels_told as (
    select
        cohort.patient_id,
        variables.variable,
        coalesce(levels_ranked.level, levels_left.level) as level,
        case
            when levels_ranked.level is not null then levels_ranked.known_date
            when levels_left.is_late then cohort.follow_up_end_date
            else cohort.index_date
        end as known_date,
        case when levels_left.is_late then levels_left.level end as level_before,
        case when levels_left.is_late then cohort.index_date end as level_before_on
    from cohort
    cross join variables
    left join levels_ranked
        on
            cohort.patient_id = levels_ranked.patient_id
            and variables.variable = levels_ranked.variable
            and levels_ranked.rank_by_order = 1
    left join levels_left on variables.variable = levels_left.variable
    where coalesce(levels_ranked.level, levels_left.level) is not null
)

select * from levels_told

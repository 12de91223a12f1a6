{%- set quantities = [
    ('marrow_assessments', 'blast_percent'),
    ('blood_counts', 'platelets_giga_per_l'),
    ('blood_counts', 'neutrophils_giga_per_l'),
    ('mrd_assessments', 'sensitivity'),
    ('mrd_assessments', 'mrd_level'),
] -%}
with
unit_checks as (
    select * from {{ ref('unit_checks') }}
),

patients as (
    select * from {{ ref('stg_delivery__patients') }}
    where disposition = 'accepted'
),

mrd_assessments as (
    select * from {{ ref('stg_delivery__mrd_assessments') }}
    where disposition = 'accepted'
),

values_measured as (
    {%- for table_name, column_name in quantities %}
    select
        '{{ column_name }}' as quantity,
        {{ 'technique' if table_name == 'mrd_assessments' else 'cast(null as string)' }}
            as technique,
        patient_id,
        file_line,
        {{ column_name }} as measured
    from {{ ref('stg_delivery__' ~ table_name) }}
    where disposition = 'accepted' and {{ column_name }} > 0
    union all
    {%- endfor %}
    select
        'sensitivity_to_level' as quantity,
        technique,
        patient_id,
        file_line,
        {{ ratio('sensitivity', 'mrd_level') }} as measured
    from mrd_assessments
    where result = 'quantifiable' and sensitivity > 0 and mrd_level > 0
),

sites_counted as (
    select
        values_measured.quantity,
        values_measured.technique,
        patients.site_id,
        count(*) as n_values,
        sum(
            case
                when
                    values_measured.measured > unit_checks.above
                    and coalesce(values_measured.measured < unit_checks.below, true)
                    then 1
                else 0
            end
        ) as n_off,
        min(values_measured.file_line) as first_line
    from values_measured
    inner join unit_checks on values_measured.quantity = unit_checks.quantity
    inner join patients on values_measured.patient_id = patients.patient_id
    group by values_measured.quantity, values_measured.technique, patients.site_id
),

-- From the widest group to the narrowest.
groups_counted as (
    {%- for breadth, site_id, technique in [
        (1, 'cast(null as string)', 'cast(null as string)'),
        (2, 'site_id', 'cast(null as string)'),
        (3, 'cast(null as string)', 'technique'),
        (4, 'site_id', 'technique'),
    ] %}
    {{- '\n    union all' if not loop.first }}
    select
        quantity,
        {{ breadth }} as breadth,
        {{ site_id }} as site_id,
        {{ technique }} as technique,
        sum(n_values) as n_values,
        sum(n_off) as n_off,
        min(first_line) as first_line
    from sites_counted
    {%- if breadth > 2 %}
    where technique is not null
    {%- endif %}
    group by quantity
    {{- ', site_id' if site_id == 'site_id' -}}
    {{- ', technique' if technique == 'technique' }}
    {%- endfor %}
),

groups_off as (
    select
        groups_counted.quantity,
        unit_checks.table_name,
        unit_checks.column_name,
        unit_checks.told,
        groups_counted.breadth,
        groups_counted.site_id,
        groups_counted.technique,
        groups_counted.n_values,
        groups_counted.n_off,
        groups_counted.first_line
    from groups_counted
    inner join unit_checks on groups_counted.quantity = unit_checks.quantity
    where
        groups_counted.n_values >= unit_checks.min_values
        and 100 * groups_counted.n_off
        >= unit_checks.min_percent * groups_counted.n_values
),

-- A column is told once, by its widest groups.
widest as (
    select
        narrow.table_name,
        narrow.column_name,
        narrow.quantity,
        narrow.site_id,
        narrow.technique,
        narrow.n_values,
        narrow.n_off,
        narrow.first_line,
        narrow.told
    from groups_off as narrow
    left join groups_off as wide
        on
            narrow.column_name = wide.column_name
            and (
                narrow.breadth > wide.breadth
                or (narrow.breadth = wide.breadth and narrow.quantity > wide.quantity)
            )
            and coalesce(wide.site_id = narrow.site_id, wide.site_id is null)
            and coalesce(wide.technique = narrow.technique, wide.technique is null)
    where wide.quantity is null
),

told as (
    select
        'unit_off' as rule_id,
        table_name,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record,
        cast(null as string) as patient_id,
        column_name,
        coalesce('site ' || site_id, 'all sites')
        || coalesce(', ' || technique, '') as value_text,
        cast(null as string) as related_record,
        cast(n_off as string) as related_value,
        case
            when site_id is not null
                then 'site ' || {{ printable('site_id', "'of that line'") }}
            when technique is null then 'the whole file'
            else ''
        end
        || case
            when site_id is not null and technique is not null then ', '
            else ''
        end
        || coalesce(technique, '')
        || ': ' || cast(n_off as string) || ' of ' || cast(n_values as string)
        || ' values above 0 ' || told || ', first on line '
        || cast(first_line as string) as detail
    from widest
)

select * from told

{#- What is compared of each patient: the mart, the key of its rows within a patient,
    its columns, and the record that made them. -#}
{%- set compared = {
    'cohort': (
        [],
        {
            'is_included': none, 'exclusion_step': none, 'exclusion_reason': none,
            'disease_group': none, 'ph_status': none, 'population': none,
            'index_date': none, 'follow_up_end_date': none,
            'follow_up_end_reason': none,
        },
    ),
    'responses': (
        ['response_window'],
        {
            'best_remission': 'best_remission_record',
            'best_remission_date': 'best_remission_record',
            'mrd_response': 'best_mrd_record',
            'mrd_response_date': 'best_mrd_record',
        },
    ),
    'time_to_event': (
        ['endpoint', 'censoring_rule'],
        {
            'time_days': 'source_record', 'status': 'source_record',
            'ended_by': 'source_record', 'not_evaluable_reason': 'source_record',
        },
    ),
} -%}

with
earlier_build as (
    select build_id from {{ source('earlier', 'build') }}
),

record_changes as (
    select * from {{ ref('record_changes') }}
),
{% for mart in compared %}
{{ mart }}_before as (
    select * from {{ source('earlier', mart) }}
),

{{ mart }}_after as (
    select {{ mart }}.*
    from {{ ref(mart) }}
    cross join earlier_build
),
{% endfor %}
{%- for mart, (key, columns) in compared.items() %}
{{ mart }}_paired as (
    select
        coalesce(now.patient_id, earlier.patient_id) as patient_id,
        {%- for name in key %}
        coalesce(now.{{ name }}, earlier.{{ name }}) as {{ name }},
        {%- endfor %}
        {%- for name, record in columns.items() %}
        cast(earlier.{{ name }} as string) as {{ name }}_before,
        cast(now.{{ name }} as string) as {{ name }}_after,
        {%- endfor %}
        {%- for record in columns.values() | select | unique %}
        earlier.{{ record }} as {{ record }}_before,
        now.{{ record }} as {{ record }}_after,
        {%- endfor %}
        earlier.patient_id is null as is_added,
        now.patient_id is null as is_removed
    from {{ mart }}_before as earlier
    full outer join {{ mart }}_after as now
        on
            earlier.patient_id = now.patient_id
            {%- for name in key %}
            and earlier.{{ name }} = now.{{ name }}
            {%- endfor %}
),
{% endfor %}
cells_compared as (
    {%- for mart, (key, columns) in compared.items() %}
    {%- set is_last_mart = loop.last %}
    {%- for name, record in columns.items() %}
    select
        patient_id,
        '{{ mart }}' as mart,
        {{ mart_key(key) if key else "''" }} as mart_key,
        '{{ name }}' as mart_column,
        {{ name }}_before as value_before,
        {{ name }}_after as value_after,
        {%- for time in ['before', 'after'] %}
        {{ record ~ '_' ~ time if record else 'cast(null as string)' }}
            as source_record_{{ time }},
        {%- endfor %}
        is_added,
        is_removed
    from {{ mart }}_paired
    where {{ name }}_before is distinct from {{ name }}_after
    {{- '\n    union all' if not (is_last_mart and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

records_changed as (
    select
        patient_id,
        count(distinct coalesce(source_record_after, source_record_before)) as n_records
    from record_changes
    group by patient_id
),

changes as (
    select
        cells_compared.patient_id,
        cells_compared.mart,
        cells_compared.mart_key,
        cells_compared.mart_column,
        case
            when cells_compared.is_added then 'added'
            when cells_compared.is_removed then 'removed'
            else 'changed'
        end as change,
        cells_compared.value_before,
        cells_compared.value_after,
        cells_compared.source_record_before,
        cells_compared.source_record_after,
        coalesce(records_changed.n_records, 0) as n_records_changed
    from cells_compared
    left join records_changed
        on cells_compared.patient_id = records_changed.patient_id
)

select * from changes

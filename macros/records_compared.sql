{#- The patients whose records of a table are not those of before, whatever their order:
    equal records cancel each other out, a copy for a copy, and as many stand on both
    sides. One table at a time, without a join, so that memory holds a number per patient. -#}
{% macro patients_touched(source_before, source_after) -%}
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ table.name }}' as table_name,
        patient_id
    from (
        {%- for source_name, side in [(source_before, -1), (source_after, 1)] %}
        {{- '\n        union all' if not loop.first }}
        select
            coalesce(patient_id, '') as patient_id,
            {{ side }} as side,
            {{ hash_of(
                "concat_ws(chr(31), coalesce("
                ~ table.columns.values() | map(attribute='name') | join(", ''), coalesce(")
                ~ ", ''))"
            ) }} as content
        from {{ source(source_name, table.name) }}
        cross join earlier_build
        {%- endfor %}
    ) as records_of_both
    group by patient_id
    having
        sum(side * cast(content as decimal(20, 0))) <> 0
        or sum(side) <> 0
    {%- endfor %}
{%- endmacro %}

{#- The records of the patients who have others than before, their cells as one text:
    in the contract's order, without the blanks around them. -#}
{% macro records_of_touched(source_name) -%}
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ table.name }}' as table_name,
        file_line,
        {{ record_key(table) }} as record_key,
        {% for column in table.columns.values() -%}
        {{ '|| chr(31) || ' if not loop.first -}}
        replace(coalesce({{ parse_text(column.name) }}, ''), chr(31), ' ')
        {% endfor -%}
        as cells
    from {{ source(source_name, table.name) }}
    where
        coalesce(patient_id, '') in (
            select touched.patient_id
            from touched
            where touched.table_name = '{{ table.name }}'
        )
    {%- endfor %}
{%- endmacro %}

{#- The key of a delivered record, '<column>=<value>' of each column of it. -#}
{% macro record_key(table) -%}
    trim(
            {%- for column in table.columns.values() | selectattr('meta.key') %}
            {{ '|| ' if not loop.first -}}
            coalesce(' {{ column.name }}=' || {{ delivered_key(column) }}, '')
            {%- endfor %}
        )
{%- endmacro %}

{#- A delivered record as one text, the same in any harmless spelling. -#}
{% macro record_content(table) -%}
    {%- for column in table.columns.values() -%}
        {{- ' || chr(31) || ' if not loop.first -}}
        {%- if column.meta.type == 'number' -%}
        coalesce(
            {{ number_text(parse_number(column.name)) }},
            {{ parse_text(column.name) }}, ''
        )
        {%- else -%}
        coalesce({{ delivered_key(column) }}, '')
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A key's harmless spellings are one. -#}
{% macro delivered_key(column) -%}
    {%- if column.meta.type == 'integer' -%}
        coalesce(
            cast({{ parse_int(column.name) }} as string), {{ parse_text(column.name) }}
        )
    {%- else -%}
        {{ parse_text(column.name) }}
    {%- endif -%}
{%- endmacro %}

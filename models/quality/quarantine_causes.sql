with
quarantine as (
    select * from {{ ref('quarantine') }}
),

value_shapes as (
    select * from {{ ref('value_shapes') }}
),

controlled_terms as (
    select * from {{ ref('controlled_terms') }}
),

gate_rules as (
    select * from {{ ref('gate_rules') }}
),

patients as (
    select * from {{ source('delivery', 'patients') }}
),

columns_expected as (
    {%- set columns = [] %}
    {%- set missing = 'cast(null as string)' %}
    {%- for table in delivery_tables() %}
    {%- for column in table.columns.values() if column.meta.type != 'text' %}
    {%- set type = column.meta.type %}
    {{- '\n    union all' if columns }}
    {%- do columns.append(column.name) %}
    select
        '{{ table.name }}' as table_name,
        '{{ column.name }}' as column_name,
        '{{ type }}' as column_type,
        {{ "'" ~ column.meta.terms ~ "'" if column.meta.terms else missing }}
            as vocabulary,
        cast({{ column.meta.minimum | default('null') }} as double) as minimum,
        cast({{ column.meta.maximum | default('null') }} as double) as maximum
    {%- endfor %}
    {%- endfor %}
),

terms_ranked as (
    select
        vocabulary,
        term,
        row_number() over (partition by vocabulary order by term asc) as rank_by_term
    from controlled_terms
),

terms_listed as (
    select
        vocabulary,
        {{ listed('term') }} as first_terms
    from terms_ranked
    where rank_by_term <= 8
    group by vocabulary
),

-- Spelling first: a value that stands in many records is looked at once.
values_quarantined as (
    select
        rule_id,
        table_name,
        column_name,
        {{ parse_text('raw_text') }} as value_text,
        count(distinct source_record) as n_records,
        min(file_line) as first_line
    from quarantine
    group by rule_id, table_name, column_name, {{ parse_text('raw_text') }}
),

values_typed as (
    select
        values_quarantined.rule_id,
        values_quarantined.table_name,
        values_quarantined.column_name,
        values_quarantined.value_text,
        values_quarantined.n_records,
        values_quarantined.first_line,
        columns_expected.column_type,
        columns_expected.vocabulary,
        columns_expected.minimum,
        columns_expected.maximum,
        {{ value_shape('values_quarantined.value_text') }} as shape,
        case
            when columns_expected.column_type in ('date', 'partial_date') then 'date'
            when columns_expected.column_type in ('integer', 'number') then 'number'
        end as shape_type,
        {{ folded_text('values_quarantined.value_text') }} as text_folded,
        {{ folded_id('values_quarantined.value_text') }} as id_folded,
        {{ parse_number('values_quarantined.value_text') }} as value_number
    from values_quarantined
    left join columns_expected
        on
            values_quarantined.table_name = columns_expected.table_name
            and values_quarantined.column_name = columns_expected.column_name
),

terms_meant as (
    select
        values_typed.vocabulary,
        values_typed.value_text,
        max(
            case
                when values_typed.text_folded
                    = {{ folded_text('controlled_terms.term') }} then 1
                else 0
            end
        ) as is_spelling
    from values_typed
    inner join controlled_terms
        on
            values_typed.vocabulary = controlled_terms.vocabulary
            and substr(
                {{ folded_text('controlled_terms.term') }},
                1,
                length(values_typed.text_folded)
            ) = values_typed.text_folded
    where values_typed.rule_id = 'term_not_allowed'
    group by values_typed.vocabulary, values_typed.value_text
),

ids_meant as (
    select distinct values_typed.value_text
    from values_typed
    inner join patients
        on values_typed.id_folded = {{ folded_id('patients.patient_id') }}
    where values_typed.rule_id = 'patient_unknown'
),

shapes_known as (
    select
        values_typed.rule_id,
        values_typed.table_name,
        values_typed.column_name,
        values_typed.value_text,
        coalesce(words.looks_like, shapes.looks_like) as looks_like,
        coalesce(words.repair, shapes.repair) as repair,
        lpad(
            split_part(values_typed.value_text, substr(shapes.looks_like, 3, 1), 1),
            2,
            '0'
        ) as first_part,
        lpad(
            split_part(values_typed.value_text, substr(shapes.looks_like, 3, 1), 2),
            2,
            '0'
        ) as second_part
    from values_typed
    left join value_shapes as words
        on
            words.value_type = 'any'
            and lower(values_typed.value_text) = trim(both '''' from words.shape)
    left join value_shapes as shapes
        on
            values_typed.shape_type = shapes.value_type
            and case values_typed.shape_type
                when 'number'
                    then {{ runs_as_one(runs_as_one('values_typed.shape', 'N'), 'A') }}
                else values_typed.shape
            end = shapes.shape
    where values_typed.rule_id = 'value_unparsed'
),

-- A day-first and a month-first date have one shape: a part past 12 tells them apart.
parts_compared as (
    select
        rule_id,
        table_name,
        column_name,
        value_text,
        looks_like,
        repair,
        max(first_part) over (
            partition by table_name, column_name, looks_like
        ) as last_first_part,
        max(second_part) over (
            partition by table_name, column_name, looks_like
        ) as last_second_part
    from shapes_known
),

shapes_read as (
    select
        rule_id,
        table_name,
        column_name,
        value_text,
        repair,
        case
            when looks_like not like 'DD_MM_Y%' or last_first_part > '12'
                then looks_like
            when last_second_part > '12'
                then 'MM' || substr(looks_like, 3, 1) || 'DD' || substr(looks_like, 6)
            else looks_like || ', day or month first'
        end as looks_like
    from parts_compared
),

explained as (
    select
        values_typed.rule_id,
        values_typed.table_name,
        values_typed.column_name,
        values_typed.n_records,
        values_typed.first_line,
        case values_typed.rule_id
            when 'value_unparsed' then values_typed.column_name
                || case values_typed.column_type
                    when 'date' then ' is not YYYY-MM-DD'
                    when 'partial_date' then ' is not YYYY-MM-DD, YYYY-MM or YYYY'
                    when 'integer' then ' is not a whole number'
                    else ' is not a number with a decimal point'
                end
            when 'term_not_allowed' then values_typed.column_name
                || ' is not one of ' || terms_listed.first_terms
            when 'value_out_of_range' then values_typed.column_name || ' is not '
                || cast(cast(values_typed.minimum as bigint) as string)
                || coalesce(
                    ' to ' || cast(cast(values_typed.maximum as bigint) as string),
                    ' or more'
                )
            when 'value_missing' then values_typed.column_name || ' is empty'
            else coalesce(values_typed.column_name || ': ', '')
                || gate_rules.description
        end as fault,
        case
            when shapes_read.looks_like is not null
                then 'looks like ' || shapes_read.looks_like
            when values_typed.rule_id = 'value_unparsed'
                and length(values_typed.shape) <= 24
                and translate(values_typed.shape, 'NA /.,:;%<>+-_^()', '') = ''
                then 'looks like ' || values_typed.shape
            when terms_meant.is_spelling = 1
                then 'an allowed term but for case, accents or blanks'
            when terms_meant.is_spelling = 0 then 'the beginning of an allowed term'
            when ids_meant.value_text is not null
                then 'known but for zeros in front, .0 or quotes: the file went '
                    || 'through a spreadsheet'
            when values_typed.rule_id = 'value_out_of_range'
                and values_typed.maximum = 1
                and values_typed.value_number between -12 and -1
                then 'looks like an exponent of ten'
            when values_typed.rule_id = 'value_out_of_range'
                and values_typed.maximum = 1
                and values_typed.value_number between 1 and 100
                then 'looks like percent'
            when values_typed.rule_id = 'record_malformed'
                and values_typed.value_text like '%,'
                then 'ends in empty fields'
        end as detail,
        coalesce(
            shapes_read.repair,
            case
                when terms_meant.is_spelling = 1 then 'Write the term as it is listed'
                when ids_meant.value_text is not null
                    then 'Export the file from its source, with the ids as text'
                when values_typed.rule_id = 'value_out_of_range'
                    and values_typed.maximum = 1
                    then 'Write a fraction: 0.0001 is 10^-4, and 0.01 is 1%'
                when values_typed.rule_id = 'record_malformed'
                    and values_typed.value_text like '%,'
                    then 'Delete the empty columns at the end of the file'
            end,
            gate_rules.action
        ) as repair
    from values_typed
    left join gate_rules on values_typed.rule_id = gate_rules.rule_id
    left join terms_listed on values_typed.vocabulary = terms_listed.vocabulary
    left join terms_meant
        on
            values_typed.rule_id = 'term_not_allowed'
            and values_typed.vocabulary = terms_meant.vocabulary
            and values_typed.value_text = terms_meant.value_text
    left join ids_meant
        on
            values_typed.rule_id = 'patient_unknown'
            and values_typed.value_text = ids_meant.value_text
    left join shapes_read
        on
            values_typed.rule_id = shapes_read.rule_id
            and values_typed.table_name = shapes_read.table_name
            and values_typed.column_name = shapes_read.column_name
            and values_typed.value_text = shapes_read.value_text
),

causes_counted as (
    select
        rule_id,
        table_name,
        column_name,
        fault,
        detail,
        repair,
        cast(sum(n_records) as bigint) as n_records,
        min(first_line) as first_line
    from explained
    group by rule_id, table_name, column_name, fault, detail, repair
)

select * from causes_counted

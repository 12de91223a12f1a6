{#-
  What is wrong with one delivered cell, its blanks trimmed, by its contract (type,
  terms, bounds), or NULL.

  | contract    | value        | contract_violation                               |
  | patient_id  | 'patient_id' | 'header_repeated'                                |
  | type: date  | '2020-02-31' | 'value_unparsed'                                 |
  | terms: sex  | 'F'          | 'term_not_allowed'                               |
  | minimum: 0  | '-1'         | 'value_out_of_range'                             |
  | no nullable | NULL         | 'value_missing'                                  |
  | type: date  | '9999-12-31' | 'placeholder_date_required', or NULL if nullable |
-#}
{% macro contract_violation(column) -%}
    {%- set value = column.name -%}
    {%- set parsed = {
        'date': date_of_text(value),
        'partial_date': earliest_of_text(value),
        'integer': int_of_text(value),
        'number': number_of_text(value),
    }.get(column.meta.type) -%}
    case
        {%- if column.name == 'patient_id' %}
        when lower({{ value }}) = 'patient_id' then 'header_repeated'
        {%- endif %}
        when {{ value }} is null
            then {{ 'cast(null as string)' if column.meta.nullable else "'value_missing'" }}
        {%- if column.meta.type in ('date', 'partial_date') %}
        when {{ is_placeholder_date(value) }}
            then {{ 'cast(null as string)' if column.meta.nullable
                else "'placeholder_date_required'" }}
        {%- endif %}
        {%- if parsed %}
        when {{ parsed }} is null then 'value_unparsed'
        {%- endif %}
        {%- if column.meta.type == 'number' %}
        when abs({{ parsed }}) > 1e300 or {{ parsed }} <> {{ parsed }} then 'value_unparsed'
        {%- endif %}
        {%- if column.meta.type == 'term' %}
        when not coalesce({{ value }} in (
            select term from controlled_terms where vocabulary = '{{ column.meta.terms }}'
        ), false) then 'term_not_allowed'
        {%- endif %}
        {%- if column.meta.minimum is defined %}
        when {{ parsed }} < {{ column.meta.minimum }} then 'value_out_of_range'
        {%- endif %}
        {%- if column.meta.maximum is defined %}
        when {{ parsed }} > {{ column.meta.maximum }} then 'value_out_of_range'
        {%- endif %}
    end
{%- endmacro %}

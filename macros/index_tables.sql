{#- The tables whose records may make an index date: the columns of its days and of its
    number among its like, and those that the seed `index_rules` may ask of. -#}
{% macro index_tables() -%}
    {{ return({
        'treatment_cycles': {
            'starts': 'start_date', 'ends': 'end_date', 'number': 'cycle_number',
            'columns': ['drug', 'access_program'],
        },
        'therapy_lines': {
            'starts': 'start_date', 'ends': 'end_date', 'number': 'line_number',
            'columns': ['line_type'],
        },
        'transplants': {
            'starts': 'transplant_date', 'columns': ['transplant_type', 'donor_type'],
        },
        'diagnoses': {'starts': 'diagnosis_date', 'columns': ['diagnosis']},
    }) }}
{%- endmacro %}

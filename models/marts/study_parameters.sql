with
parameters_given as (
    {%- for name, value in study_parameters().items() %}
    select
        '{{ name }}' as parameter,
        '{{ value }}' as value
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from parameters_given

-- A returned row is a node that reads a number of the paper beside the comparison, or
-- anything from the comparison: what is derived must not know what is expected.
{%- set readers = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ('model', 'snapshot') -%}
        {%- for parent in node.depends_on.nodes -%}
            {%- set parent_name = parent.split('.')[-1] -%}
            {%- if (
                parent_name in ('published_results', 'published_mapping')
                and node.name != 'published_comparison'
            ) or (
                parent_name == 'published_comparison' and node.name != 'tables_built'
            ) -%}
                {%- do readers.append((node.name, parent_name)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif %}
{% for reader, parent_name in readers -%}
select
    '{{ reader }}' as reader,
    '{{ parent_name }}' as reads
union all
{% endfor -%}
select
    result_id as reader,
    mart as reads
from {{ ref('published_comparison') }}
where false

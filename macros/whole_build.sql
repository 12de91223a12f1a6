{#-
  Before a build: is it a whole one, and would it publish every table? The answer is
  kept for the last node, which publishes whole builds alone.
-#}
{% macro declare_build() -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ('build', 'run') -%}
        {%- set left_out = nodes_left_out() -%}
        {%- if flags.WHICH == 'build' and not left_out -%}
            {%- do refuse_unpublished_tables() -%}
        {%- endif -%}
        {%- do run_query(
            'create or replace table delivery.build_scope as select '
            ~ (flags.WHICH == 'build' and not left_out) ~ ' as is_whole'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The nodes that an unselected build would run and this one does not. -#}
{% macro nodes_left_out() -%}
    {%- set left_out = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed', 'snapshot', 'test')
        and node.unique_id not in selected_resources -%}
        {%- do left_out.append(node.name) -%}
    {%- endfor -%}
    {{ return(left_out) }}
{%- endmacro %}

{#- Every table is an ancestor of the node that publishes, so that its failure, or that
    of a test on it, keeps the old file. -#}
{% macro refuse_unpublished_tables() -%}
    {%- set publishing = graph.nodes.values()
        | selectattr('name', 'equalto', 'published') | map(attribute='unique_id') | first -%}
    {%- set ancestors, waiting = {publishing: true}, [publishing] -%}
    {%- for _ in graph.nodes if waiting -%}
        {%- for parent in graph.nodes[waiting.pop()].depends_on.nodes
            if parent in graph.nodes and parent not in ancestors -%}
            {%- do ancestors.update({parent: true}) -%}
            {%- do waiting.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set forgotten, covered = {}, [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed', 'snapshot')
        and node.unique_id not in ancestors -%}
        {%- do forgotten.update({node.unique_id: node.name}) -%}
        {%- do covered.extend(node.depends_on.nodes) -%}
    {%- endfor -%}
    {%- if forgotten -%}
        {%- do exceptions.raise_compiler_error(
            'models/publish/published.py does not wait for '
            ~ forgotten.items() | rejectattr(0, 'in', covered) | map(attribute=1)
            | sort | join(', ') ~ ': add a dbt.ref of each'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- At the end of a build, where the eye is: whether the marts that people read changed. -#}
{% macro report_publishing(results) -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ('build', 'run') -%}
        {%- set statuses = results | selectattr('node.name', 'equalto', 'published')
            | map(attribute='status') | map('string') | list -%}
        {%- set warehouse = env_var('WAREHOUSE', 'warehouse.duckdb') -%}
        {%- if flags.WHICH == 'run' or nodes_left_out() -%}
            {%- do log('not published: partial build; ' ~ warehouse ~ ' is as it was', info=true) -%}
        {%- elif statuses == ['success'] -%}
            {%- for line in warning_lines() + study_doubt_lines() -%}
                {%- do log(line, info=true) -%}
            {%- endfor -%}
            {%- set verdict = run_query('select * from quality.verdict').rows[0] -%}
            {%- do log(
                'delivery ' ~ verdict['delivery_id'] ~ ' accepted with '
                ~ verdict['n_warnings'] ~ ' warning(s); ' ~ where_findings_are(), info=true
            ) -%}
            {%- do log('published: ' ~ warehouse, info=true) -%}
        {%- else -%}
            {%- do log('not published: ' ~ warehouse ~ ' is as it was', info=true) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

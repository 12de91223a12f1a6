{#- Does this build leave nothing out that an unselected one makes? The one answer: the
    plugin asks before it opens the working file, the last node reads what is declared. -#}
{% macro is_whole_build() -%}
    {%- set is_narrowed = flags.EMPTY or flags.SAMPLE
        or flags.EVENT_TIME_START or flags.EVENT_TIME_END -%}
    {%- set left_out = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed', 'snapshot', 'test')
        and node.unique_id not in selected_resources -%}
        {%- do left_out.append(node.name) -%}
    {%- endfor -%}
    {{ return(flags.WHICH == 'build' and not is_narrowed and not left_out) }}
{%- endmacro %}

{#- Keep the answer for the last node; a whole build would publish every table. -#}
{% macro declare_scope(create) -%}
    {%- set is_whole = is_whole_build() -%}
    {%- if is_whole -%}
        {%- do refuse_unpublished_tables() -%}
    {%- endif -%}
    {%- do run_query(create ~ ' as select ' ~ is_whole ~ ' as is_whole') -%}
{%- endmacro %}

{#- Every table is an ancestor of the node that publishes, so that its failure, or that
    of a test on it, keeps the old file. -#}
{% macro refuse_unpublished_tables() -%}
    {%- set publishing = graph.nodes.values()
        | selectattr('name', 'equalto', 'tables_built') | map(attribute='unique_id') | first -%}
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
        and node.unique_id not in ancestors
        and node.name not in ('tables_built', 'published') -%}
        {%- do forgotten.update({node.unique_id: node.name}) -%}
        {%- do covered.extend(node.depends_on.nodes) -%}
    {%- endfor -%}
    {%- if forgotten -%}
        {%- do exceptions.raise_compiler_error(
            'models/publish/tables_built.sql does not wait for '
            ~ forgotten.items() | rejectattr(0, 'in', covered) | map(attribute=1)
            | sort | join(', ') ~ ': name each in it'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- At the end of a build, where the eye is: whether the marts that people read changed. -#}
{% macro report_publishing(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set statuses = {} -%}
        {%- for result in results -%}
            {%- do statuses.update({result.node.name: result.status | string}) -%}
        {%- endfor -%}
        {%- for line in adapter.dispatch('publishing_told')(is_whole_build(), statuses) -%}
            {%- do log(line, info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__publishing_told(is_whole, statuses) -%}
    {%- set warehouse = env_var('WAREHOUSE', 'warehouse.duckdb') -%}
    {%- if not is_whole -%}
        {{ return(['not published: partial build; ' ~ warehouse ~ ' is as it was']) }}
    {%- elif statuses['published'] != 'success' -%}
        {{ return(['not published: ' ~ warehouse ~ ' is as it was']) }}
    {%- endif -%}
    {{ return(acceptance_lines() + ['published: ' ~ warehouse]) }}
{%- endmacro %}

{#- How the delivery was accepted, and what is doubted of the study in it. -#}
{% macro acceptance_lines() -%}
    {%- set verdict = run_query('select * from quality.verdict').rows[0] -%}
    {{ return(warning_lines() + study_doubt_lines() + [
        'delivery ' ~ verdict['delivery_id'] ~ ' accepted with '
        ~ verdict['n_warnings'] ~ ' warning(s); ' ~ where_findings_are()
    ]) }}
{%- endmacro %}

{#- Spark reads a delivery that was checked, as it was checked, and no other: the verdict
    stands beside it, and every part has the bytes that it names. -#}
{% macro refuse_unchecked() -%}
    {%- set place = env_var('LAKE', '') -%}
    {%- if not place -%}
        {%- do refuse_lake('LAKE names no folder: survival check DELIVERY --export FOLDER writes it') -%}
    {%- endif -%}
    {%- set found = run_query(
        "select cast(content as string) as content from "
        ~ files_of(place, 'verdict.json', 'false')
    ).rows -%}
    {%- if not found -%}
        {%- do refuse_lake(place ~ ' has no verdict: survival check DELIVERY --export writes it') -%}
    {%- endif -%}
    {%- set verdict = fromjson(found[0]['content']) -%}
    {%- if not verdict.is_accepted -%}
        {%- do refuse_lake('the gate refused ' ~ verdict.delivery_id ~ ': ' ~ verdict.reasons | join('; ')) -%}
    {%- endif -%}
    {%- if (verdict.code_commit or '') != env_var('CODE_COMMIT', '') -%}
        {%- do refuse_lake(
            place ~ ' was checked by code of ' ~ verdict.code_commit ~ ', and this is '
            ~ (env_var('CODE_COMMIT', '') or 'not the command dbt of this project')
        ) -%}
    {%- endif -%}
    {%- set of_study = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'seed'
        and node.original_file_path.startswith('seeds/' ~ verdict.study ~ '/') -%}
        {%- do of_study.append(node.name) -%}
    {%- endfor -%}
    {%- if not of_study -%}
        {%- do refuse_lake(place ~ ' was checked for the study ' ~ verdict.study) -%}
    {%- endif -%}
    {%- set given = {} -%}
    {%- for name, value in (invocation_args_dict.vars or {}).items() -%}
        {%- set texts = [value] if value is string or value is not iterable else value -%}
        {%- do given.update({name: texts | join(',')}) -%}
    {%- endfor -%}
    {%- if given != verdict.given -%}
        {%- do refuse_lake(
            place ~ ' was checked with the parameters ' ~ verdict.given ~ ', and --vars are '
            ~ given
        ) -%}
    {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'seed'
        and verdict.seeds[node.name] != node.checksum.checksum -%}
        {%- do refuse_lake(place ~ ' was checked with another ' ~ node.original_file_path) -%}
    {%- endfor -%}
    {%- set held = [] -%}
    {%- for folder in (place, place ~ '/delivery') -%}
        {%- do held.append(
            run_query("select count(*) from " ~ files_of(folder, '*.parquet', 'true')).rows[0][0]
        ) -%}
    {%- endfor -%}
    {%- if held[0] != held[1] -%}
        {%- do refuse_lake(place ~ ' holds a build already: each has a folder of its own') -%}
    {%- endif -%}
    {%- set expected = {} -%}
    {%- for part in verdict.parts -%}
        {%- do expected.update({part.path: part.sha256}) -%}
    {%- endfor -%}
    {%- set parts = run_query(
        "select substring_index(path, '/', -2) as part, sha2(content, 256) as sha256 from "
        ~ files_of(place ~ '/delivery', '*', 'true') ~ " order by path"
    ) -%}
    {%- for part in parts.rows if expected.pop(part['part'], none) != part['sha256'] -%}
        {%- do refuse_lake(
            place ~ '/delivery/' ~ part['part'] ~ ' is not as it was checked'
        ) -%}
    {%- endfor -%}
    {%- if expected -%}
        {%- do refuse_lake(place ~ '/delivery/' ~ expected | first ~ ' is missing') -%}
    {%- endif -%}
{%- endmacro %}

{#- The files of a folder, their bytes and their paths, as Spark finds them. -#}
{% macro files_of(place, names, is_deep) -%}
    {%- do run_query(
        "create or replace temporary view checked_files using binaryFile options (path "
        ~ spark_literal(place) ~ ", pathGlobFilter '" ~ names ~ "', recursiveFileLookup '"
        ~ is_deep ~ "')"
    ) -%}
    {{ return('checked_files') }}
{%- endmacro %}

{% macro refuse_lake(reason) -%}
    {%- do exceptions.raise_compiler_error('delivery refused: ' ~ reason) -%}
{%- endmacro %}

{#- Name what was checked: each source is a table of the Parquet that lies there. -#}
{% macro read_checked() -%}
    {%- set schemas = [] -%}
    {%- for source in graph.sources.values() if source.identifier != 'build_scope' -%}
        {%- if source.schema not in schemas -%}
            {%- do schemas.append(source.schema) -%}
            {%- do create_schema_in_lake(source.schema) -%}
        {%- endif -%}
        {%- set name = source.schema ~ '.' ~ source.identifier -%}
        {%- do run_query('drop table if exists ' ~ name) -%}
        {%- do run_query(
            'create table ' ~ name ~ ' using parquet location '
            ~ spark_literal(env_var('LAKE') ~ '/delivery/' ~ name)
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- At the end of a build: Spark publishes nothing, and says who does. -#}
{% macro spark__publishing_told(is_whole, statuses) -%}
    {%- set lake = env_var('LAKE') -%}
    {%- if not is_whole -%}
        {{ return(['not built: partial build of ' ~ lake]) }}
    {%- elif statuses['tables_built'] != 'success' -%}
        {{ return(['not built: ' ~ lake ~ ' cannot be published']) }}
    {%- endif -%}
    {{ return(acceptance_lines() + [
        'built: ' ~ lake ~ '; survival publish ' ~ lake ~ ' makes it what people read'
    ]) }}
{%- endmacro %}

{% macro spark__where_findings_are() -%}
    {%- set folder = env_var('LAKE') ~ '/quality/' -%}
    {{ return('findings: ' ~ folder ~ 'index.html, ' ~ folder ~ 'findings.csv') }}
{%- endmacro %}

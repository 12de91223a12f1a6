{#-
  Stop before anything is built where --vars names an unknown parameter, or one has a
  value that it cannot have: by name, and with what was expected.
-#}
{% macro refuse_bad_parameters() -%}
    {%- set kinds = study_parameter_kinds() -%}
    {%- for name in invocation_args_dict.get('vars') or {} if name not in kinds -%}
        {%- do exceptions.raise_compiler_error(
            "--vars: there is no parameter '" ~ name ~ "'; expected one of "
            ~ kinds | join(', ')
        ) -%}
    {%- endfor -%}
    {%- for name, allowed in kinds.items() -%}
        {%- if not is_parameter_value(var(name), allowed) -%}
            {%- do exceptions.raise_compiler_error(
                "--vars: parameter '" ~ name ~ "' cannot be " ~ var(name) | tojson
                ~ "; expected " ~ expected_parameter_value(allowed)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for earlier, later in [
        ('enrolment_start', 'enrolment_end'), ('enrolment_end', 'study_end')
    ] if var(earlier) | string > var(later) | string -%}
        {%- do exceptions.raise_compiler_error(
            "--vars: parameter '" ~ later ~ "' is " ~ var(later) ~ ", before '"
            ~ earlier ~ "', " ~ var(earlier) ~ "; expected it on or after"
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#-
  | value        | allowed                                     | is_parameter_value |
  | '2017-06-30' | {'kind': 'date'}                            | true               |
  | '2017-06-31' | {'kind': 'date'}                            | false              |
  | true         | {'kind': 'whole number', 'from': 0, 'to': 9} | false              |
-#}
{% macro is_parameter_value(value, allowed) -%}
    {%- set re = modules.re -%}
    {%- if allowed.kind == 'text' -%}
        {{ return(value is string and re.fullmatch('[A-Za-z0-9][A-Za-z0-9 _./+-]*', value) is not none) }}
    {%- elif allowed.kind == 'term' -%}
        {{ return(value in allowed.terms) }}
    {%- elif allowed.kind == 'date' -%}
        {{ return(is_date(value | string)) }}
    {%- elif allowed.kind == 'list of countries' -%}
        {%- if value is string or value is mapping or value is not iterable or not value -%}
            {{ return(false) }}
        {%- endif -%}
        {%- for country in value if not re.fullmatch('[A-Z]{2}', country | string) -%}
            {{ return(false) }}
        {%- endfor -%}
        {{ return(value | unique | list | length == value | length) }}
    {%- else -%}
        {%- set is_number = value is integer or (allowed.kind == 'number' and value is float) -%}
        {{ return(
            is_number and value is not boolean
            and allowed.from <= value and value <= allowed.to
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- Whether a text is a day of the calendar as YYYY-MM-DD. -#}
{% macro is_date(text) -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', text) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:] | int -%}
    {%- set leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
    {%- set lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {{ return(year >= 1 and 1 <= month <= 12 and 1 <= day <= lengths[month - 1]) }}
{%- endmacro %}

{% macro expected_parameter_value(allowed) -%}
    {%- if allowed.kind == 'date' -%}
        {{ return('a date as YYYY-MM-DD') }}
    {%- elif allowed.kind == 'term' -%}
        {{ return('one of ' ~ allowed.terms | join(', ')) }}
    {%- elif allowed.kind == 'text' -%}
        {{ return('a text of letters, digits, blanks and _ . / + -') }}
    {%- elif allowed.kind == 'list of countries' -%}
        {{ return('a list of distinct ISO 3166-1 alpha-2 codes, as [FR, IT]') }}
    {%- else -%}
        {{ return('a ' ~ allowed.kind ~ ' from ' ~ allowed.from ~ ' to ' ~ allowed.to) }}
    {%- endif -%}
{%- endmacro %}

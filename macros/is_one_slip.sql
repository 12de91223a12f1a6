{#-
  Whether two texts are one slip of a letter apart: one too many, one too few, another,
  or two exchanged.

  | one            | other          | is_one_slip |
  | 'methotrexate' | 'methotraxate' | true        |
  | 'methotrexate' | 'mehtotrexate' | true        |
  | 'prednisone'   | 'prednisolone' | false       |
-#}
{% macro is_one_slip(one, other) -%}
    {{ return(adapter.dispatch('is_one_slip')(one, other)) }}
{%- endmacro %}

{% macro default__is_one_slip(one, other) -%}
    damerau_levenshtein({{ one }}, {{ other }}) = 1
{%- endmacro %}

{#- Spark's distance counts an exchange twice. -#}
{% macro spark__is_one_slip(one, other) -%}
    (
        levenshtein({{ one }}, {{ other }}) = 1
        or (
            levenshtein({{ one }}, {{ other }}) = 2
            and array_join(array_sort(split({{ one }}, '')), '')
            = array_join(array_sort(split({{ other }}, '')), '')
        )
    )
{%- endmacro %}

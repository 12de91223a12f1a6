{#-
  The lower exact (Clopper-Pearson) 95% limit of a proportion: 0 of n has 0. The upper one
  is 1 less the lower limit of the rest. A function that the engine is lent from Python
  (survival.proportions), as no SQL has the quantile of a beta distribution.

  | numerator | denominator | exact_lower_limit('numerator', 'denominator') |
  | 0         | 2           | 0                                             |
  | 2         | 2           | 0.1581 (the root of 0.025)                    |
  | 0         | 0           | NULL                                          |
-#}
{% macro exact_lower_limit(numerator, denominator) -%}
    {{ return(adapter.dispatch('exact_lower_limit')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__exact_lower_limit(numerator, denominator) -%}
    exact_lower_limit(
        cast({{ numerator }} as bigint), nullif(cast({{ denominator }} as bigint), 0)
    )
{%- endmacro %}

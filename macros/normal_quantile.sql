{#- The standard normal quantile of two-sided 95% limits, as exact as a double. -#}
{% macro normal_quantile() -%}
    cast(1.959963984540054 as double)
{%- endmacro %}

{#- Spark's view leaves nothing that could be published: there it is kept as a table. -#}
{% materialization view, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{#- Spark's view leaves nothing that could be published: there it is kept as a table. -#}
{% materialization view, adapter='spark' %}
    {{ return(dbt_spark.materialization_table_spark()) }}
{% endmaterialization %}

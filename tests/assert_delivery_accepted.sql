-- The verdict, where the delivery is refused; nothing that the marts read is built then.
-- depends_on: {{ ref('reasons') }}
{%- if execute %}
{%- set reasons = run_query(
    "select expectation_id, table_name, n_records, first_line, description, exception from "
    ~ ref('reasons')
    ~ " where severity = 'critical' or exception is not null"
    ~ " order by expectation_id, table_name"
) %}
{%- if reasons | length %}
{%- do refuse_delivery(reasons) %}
{%- endif %}
{%- endif %}
select *
from {{ ref('verdict') }}
where not is_accepted

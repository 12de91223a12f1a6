-- What has each site to answer? The questions that are open, the most important first.
select
    site_id, query_rank, query_id, patient_id, table_name, record_key, description,
    value_text, related_value, question, state, first_delivery_id
from marts.queries
where state in ('open', 'reopened')
order by site_id, query_rank, patient_id, query_id

-- The verdict, where the delivery is refused: nothing that the marts read is built.
-- depends_on: {{ ref('gate_failures') }}
{% do refuse_delivery(ref('gate_failures')) %}
select
    delivery_id,
    n_critical,
    n_erred
from {{ ref('verdict') }}
where not is_accepted

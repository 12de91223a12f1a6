-- The verdict, where the delivery is refused: nothing that the marts read is built.
-- depends_on: {{ ref('reasons') }}
{% do refuse_delivery(ref('reasons')) %}
select
    delivery_id,
    n_critical,
    n_erred
from {{ ref('verdict') }}
where not is_accepted

-- A file of which a record was lost, or counted twice.
select
    file_name,
    n_delivered,
    n_accepted,
    n_collapsed,
    n_quarantined
from {{ ref('reconciliation') }}
where n_delivered <> n_accepted + n_collapsed + n_quarantined

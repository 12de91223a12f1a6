-- The files that were written of what the gate found, before Spark read the delivery.
select * from {{ source('gate', 'quality_pages') }}

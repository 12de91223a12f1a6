-- What Great Expectations found when the delivery was checked, before Spark read it.
select * from {{ source('gate', 'expectation_results') }}

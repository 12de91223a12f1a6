-- Counting, verifying and masking a population read its members here.
{{ config(materialized='view') }}

with

subset_members as (
    select * from {{ ref('subset_members') }}
),

members_listed as (
    select
        population,
        patient_id
    from subset_members
    where subset = 'all'
)

select * from members_listed

-- How far has each site followed its patients, and how did the follow-up end?
select
    site_id, count(*) as n_patients,
    median(follow_up_end_date - index_date) as median_days,
    count(*) filter (where follow_up_end_reason = 'death') as n_dead,
    count(*) filter (where follow_up_end_reason = 'last_contact') as n_last_contact,
    max(follow_up_end_date) as last_seen_on
from marts.cohort where is_included
group by site_id order by median_days, site_id

-- Which claims of the press held when they were made and hold no longer, or the other way round?
-- All claims, with the reason for each verdict: `select * from quality.claims`.
-- Answers with: topic, claim, claimed_on, verdict_then, verdict_now, figure_now, unit, why, source_url

select
    topic, claim, claimed_on, verdict as verdict_then, verdict_now, figure_now, unit, why, source_url
from quality.claims
where verdict != verdict_now
order by claimed_on, claim_id;

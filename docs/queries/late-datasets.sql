-- Which datasets are late or due, which period is missing, and where would it be published?
-- By the publisher's own calendar and the clock of now; the longest late first. Of a dataset without any file
-- every period is missing, from the first one on.
-- Answers with: dataset, status, days_late, newest_period_end, awaited_period_end, due_at, refused_because, page

select
    dataset, status, date_diff('day', due_at, cast(now() at time zone 'UTC' as timestamp)) as days_late,
    newest_period_end, awaited_period_end, due_at, refused_because, page
from quality.freshness
where status != 'fresh'
order by newest_period_end is null, days_late desc, dataset;

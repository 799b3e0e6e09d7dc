-- Which datasets are late or due, which period is missing, and where would it be published?
-- By the publisher's own calendar and the clock of now.
-- Answers with: dataset, status, newest_period_end, awaited_period_end, due_at, refused_because, page

select dataset, status, newest_period_end, awaited_period_end, due_at, refused_because, page
from quality.freshness
where status != 'fresh'
order by status, dataset;

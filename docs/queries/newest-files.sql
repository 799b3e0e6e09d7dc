-- What came in last, and did it change figures that were there before?
-- Answers with: dataset, known_at, basis, retrieved_at, rows_added, rows_revised, rows_retracted, newest_period

select
    dataset, known_at, known_at_basis as basis, retrieved_at, rows_added, rows_revised, rows_retracted,
    last_period as newest_period
from core.snapshots
order by known_at desc, dataset
limit 20;

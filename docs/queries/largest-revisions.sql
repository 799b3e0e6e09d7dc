-- Which single revisions were the largest, and was the method changed or the figure corrected?
-- Per cent of the figure before.
-- Answers with: mart, series, measure, period_end, before, after, change_pct, revised_at, is_method_change

select
    mart, series, measure, period_end, figure_before as before, figure_after as after, change_pct, revised_at,
    is_method_change
from quality.revisions
order by abs(change_pct) desc nulls last, revised_at desc, series
limit 20;

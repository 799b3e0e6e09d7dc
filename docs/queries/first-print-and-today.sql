-- How did figures look when they were first printed, and how do they look today?
-- Every figure of which more than one version is held. `basis`: whether the publisher dated the first.
-- Answers with: mart, series, measure, period_end, first_figure, today, change_pct, revisions, first_known, basis

select
    mart, series, measure, period_end, first_figure, figure_after as today,
    100 * (figure_after - first_figure) / nullif(abs(first_figure), 0) as change_pct,
    revision as revisions, first_known_at as first_known, first_known_at_basis as basis
from quality.revisions
qualify row_number() over (partition by mart, series, measure, period_end order by revision desc) = 1
order by period_end desc, mart, series;

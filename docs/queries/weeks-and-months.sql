-- Why do the weekly reports not add up to the month?
-- Weeks straddle months. The same month by three ways of adding weeks, beside the monthly report.
-- Answers with: month, monthly_jpy_trn, weeks_that_overlap_jpy_trn, weeks_that_end_jpy_trn, weeks_by_days_jpy_trn

select
    period_start as month, net_monthly_m / 1e6 as monthly_jpy_trn,
    net_overlapping_weeks_m / 1e6 as weeks_that_overlap_jpy_trn,
    net_ending_weeks_m / 1e6 as weeks_that_end_jpy_trn,
    net_day_weighted_weeks_m / 1e6 as weeks_by_days_jpy_trn
from flows.flow_reconciliation
where
    direction = 'inward' and asset_class = 'equity_and_long_term_debt'
    and net_monthly_m is not null and weeks_cover_month
order by month desc
limit 12;

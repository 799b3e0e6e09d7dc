-- Which months of foreign purchases of Japanese securities were records when they ended, and are they still?
-- Each asset class is a series of its own; `beaten_by` is the month that first exceeded it, empty while it stands.
-- All by the newest figures: `rank_to_date` is the rank among the months up to it, not what was printed then.
-- `mixes_methods`: months before and after a break in the series are ranked together.
-- Answers with: asset_class, month, net_jpy_trn, net_usd_bn, rank_to_date, rank_of_all, beaten_by, mixes_methods

select
    asset_class, period_start as month, net_m / 1e6 as net_jpy_trn, net_usd_m / 1e3 as net_usd_bn,
    rank_to_date, rank as rank_of_all, beaten_by_period_end as beaten_by,
    rank_mixes_methods as mixes_methods
from flows.flow_signals
where
    basis = 'jp_itn_monthly' and direction = 'inward' and was_record
    -- The first ten years of a series are full of records.
    and period_start >= date '2015-01-01'
order by month desc, asset_class;

-- In which months did foreigners buy much of both Japanese equity and long-term debt, and how rare is that?
-- Much: each at or above the 90th percentile of its months so far. The rates are the share of the months so far
-- with any joint buying, and, of those that have 60 months before them, with such.
-- Answers with: month, net_jpy_trn, joint_buying_pct_of_months, strong_joint_buying_pct_of_months

select
    period_start as month, net_m / 1e6 as net_jpy_trn,
    joint_buying_base_rate_pct as joint_buying_pct_of_months,
    strong_joint_buying_base_rate_pct as strong_joint_buying_pct_of_months
from flows.flow_signals
where
    basis = 'jp_itn_monthly' and direction = 'inward' and asset_class = 'equity_and_long_term_debt'
    and is_strong_joint_buying
order by month desc;

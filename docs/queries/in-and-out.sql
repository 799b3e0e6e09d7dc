-- Does more portfolio money leave Japan than come in, month by month?
-- Residents' net purchases abroad less non-residents' in Japan, all securities; positive: more leaves.
-- Answers with: month, residents_abroad_jpy_trn, foreign_in_japan_jpy_trn, net_outflow_jpy_trn, net_outflow_usd_bn

select
    period_start as month, outward_net_m / 1e6 as residents_abroad_jpy_trn,
    inward_net_m / 1e6 as foreign_in_japan_jpy_trn, net_outflow_m / 1e6 as net_outflow_jpy_trn,
    net_outflow_usd_m / 1e3 as net_outflow_usd_bn
from flows.net_portfolio_investment
where basis = 'jp_itn_monthly' and asset_class = 'total'
order by month desc
limit 24;

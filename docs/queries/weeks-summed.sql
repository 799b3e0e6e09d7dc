-- How much did foreigners buy over the last 4, 13 and 52 weeks?
-- Weeks run from Sunday to Saturday and do not add up to months (docs/queries/weeks-and-months.sql).
-- Answers with: asset_class, week_ending, net_jpy_trn, net_4w_jpy_trn, net_13w_jpy_trn, net_52w_jpy_trn

select
    asset_class, period_end as week_ending, net_m / 1e6 as net_jpy_trn, net_4w_m / 1e6 as net_4w_jpy_trn,
    net_13w_m / 1e6 as net_13w_jpy_trn, net_52w_m / 1e6 as net_52w_jpy_trn
from flows.flow_signals
where basis = 'jp_itn_weekly' and direction = 'inward'
qualify period_end = max(period_end) over ()
order by asset_class;

-- What could a reader have known of the last twelve months on 12 May 2025?
-- Of net purchases of Japanese equity and long-term debt by non-residents. Change the day. Where `rests_on_schedule` is true, the day rests on the release calendar, not on a file of
-- that time (docs/time-travel.md).
-- Answers with: month, net_jpy_trn, net_usd_bn, rank_then, months_then, zscore_60m, known_at, rests_on_schedule

select
    period_start as month, net_m / 1e6 as net_jpy_trn, net_usd_m / 1e3 as net_usd_bn,
    rank as rank_then, periods as months_then, zscore_60m, known_at, rests_on_schedule
from flows.flow_signals_as_of(date '2025-05-12')
where basis = 'jp_itn_monthly' and direction = 'inward' and asset_class = 'equity_and_long_term_debt'
order by month desc
limit 12;

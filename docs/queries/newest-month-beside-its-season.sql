-- Is the newest month of foreign purchases unusual, beside all months and beside its season?
-- Percentile among all months; z-score among 60; the season is the same month of 20 years before. A ratio to a
-- mean near nothing says nothing: read it beside `seasonal_mean_jpy_trn`.
-- Answers with: asset_class, month, net_jpy_trn, percentile, zscore_60m, seasonal_mean_jpy_trn, times_the_season

select
    asset_class, period_start as month, net_m / 1e6 as net_jpy_trn, percentile_to_date as percentile,
    zscore_60m, seasonal_mean_20y_m / 1e6 as seasonal_mean_jpy_trn, seasonal_ratio_20y as times_the_season
from flows.flow_signals
where basis = 'jp_itn_monthly' and direction = 'inward'
qualify period_start = max(period_start) over ()
order by asset_class;

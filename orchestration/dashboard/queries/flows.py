"""Japan's flows by asset class: what was bought and sold on balance, and how unusual that is."""

from orchestration.dashboard.serving_copy import Narrowed

_COLUMNS = """
    basis, direction, asset_class, frequency, period_start, period_end, currency, net_m, net_usd_m,
    net_4w_m, net_13w_m, net_52w_m, net_3m_m, net_12m_m, zscore_60m, robust_zscore_60m,
    seasonal_mean_20y_m, seasonal_ratio_20y, rank_to_date, periods_to_date, percentile_to_date, rank, periods,
    was_record, is_record, beaten_by_period_end, is_joint_buying, joint_buying_base_rate_pct,
    is_strong_joint_buying, strong_joint_buying_base_rate_pct, method, method_since, rank_mixes_methods,
    dataset, known_at, known_at_basis, rests_on_schedule, origin
"""

SIGNALS = f"""
select {_COLUMNS} from flows.flow_signals
where basis = $basis and direction = $direction
order by asset_class, period_start
"""

# Narrowed, it takes a sixth of the time: its formulas run over every series otherwise.
SIGNALS_AS_OF = f"""
select {_COLUMNS} from served.flows.flow_signals_as_of($as_of)
where basis = $basis and direction = $direction
order by asset_class, period_start
"""
NARROWED = Narrowed("flows.portfolio_flows_as_of", "basis = $basis and direction = $direction")

BREAKS = """
select method, from_period, what, touches from core.methods
where dataset = $dataset and from_period > '2005-01-01'
order by from_period
"""

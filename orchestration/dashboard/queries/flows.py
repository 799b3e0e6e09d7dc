"""Japan's flows by asset class: what was bought and sold on balance, and how unusual that is."""

from orchestration.dashboard.serving_copy import Narrowed

# Sums in dollars are of the dollars of each period, over the windows of the sums in yen.
_DOLLARS = "".join(
    f"""
    case
        when net_{name}_m is not null and count(net_usd_m) over sums_{name} = {periods}
            then sum(net_usd_m) over sums_{name}
    end as net_{name}_usd_m,"""
    for name, periods in (("4w", 4), ("13w", 13), ("52w", 52), ("3m", 3), ("12m", 12))
)

_WINDOWS = ",\n".join(
    f"sums_{name} as (partition by asset_class order by period_start rows {periods - 1} preceding)"
    for name, periods in (("4w", 4), ("13w", 13), ("52w", 52), ("3m", 3), ("12m", 12))
)

_SIGNALS = """
select
    basis, direction, asset_class, frequency, period_start, period_end, currency, net_m, net_usd_m,
    net_4w_m, net_13w_m, net_52w_m, net_3m_m, net_12m_m, {dollars}
    zscore_60m, robust_zscore_60m, seasonal_mean_20y_m, seasonal_ratio_20y,
    rank_to_date, periods_to_date, percentile_to_date, p90_to_date_m, rank, periods,
    was_record, is_record, beaten_by_period_end,
    is_joint_buying, joint_buying_base_rate_pct, is_strong_joint_buying, strong_joint_buying_base_rate_pct,
    method, method_since, dataset, known_at, known_at_basis, rests_on_schedule, origin
from {signals}
where basis = $basis and direction = $direction
window {windows}
order by asset_class, period_start
"""

SIGNALS = _SIGNALS.format(signals="flows.flow_signals", dollars=_DOLLARS, windows=_WINDOWS)
SIGNALS_AS_OF = _SIGNALS.format(
    signals="served.flows.flow_signals_as_of($as_of)", dollars=_DOLLARS, windows=_WINDOWS
)
# With these rows alone the function takes a sixth of the time.
NARROWED = Narrowed("flows.portfolio_flows_as_of", "basis = $basis and direction = $direction")

# Where the series of an asset class changes its method: `touches` names classes; without it, all change.
BREAKS = """
from (
    select from_period, what, touches from core.methods
    where dataset = $dataset qualify from_period > min(from_period) over ()
)
where touches is null or contains(', ' || touches || ',', ', ' || $asset_class || ',')
order by from_period
"""

SIGN = "select sign from core.datasets where dataset = $dataset"

"""Who is long and short of the yen and the dollar in the futures that are reported by kind of trader."""

_POSITIONS = """
select
    contract_code, subject, contract, trader_group, report_date, period_start, period_end,
    open_interest_contracts, long_contracts, short_contracts, spread_contracts, net_contracts,
    net_share_of_open_interest_pct, net_percentile_3y, weeks_compared,
    method, dataset, known_at, known_at_basis, known_at_basis = 'scheduled' as rests_on_schedule, origin
from {positions}
-- Not by subject: the figures are computed contract by contract, so that this takes a twentieth of the time.
where contract_code in ('097741', '098662')
order by subject, trader_group, report_date
"""

POSITIONS = _POSITIONS.format(positions="positioning.trader_positions")
POSITIONS_AS_OF = _POSITIONS.format(positions="positioning.trader_positions_as_of($as_of)")

"""Reserves: currency shares, gold, who holds Treasury securities, and the composite beside its components."""

import re
from typing import NamedTuple


class Question(NamedTuple):
    """The same question of the newest version of everything, and of what was known on the day `$as_of`."""

    now: str
    as_of: str


def _question(sql: str) -> Question:
    """A question over marts in braces, which the second form asks by their functions."""
    mart = re.compile(r"\{([\w.]+)\}")
    return Question(mart.sub(r"\1", sql), mart.sub(r"\1_as_of($as_of)", sql))


# Shares without holdings are there too, where a release is held with no more: they have no constant rates.
# A quarter that was published by two methods has the newer one last.
SHARES = _question("""
with shares as (
    select
        c.method, c.currency, c.currency_kind, c.period_start, c.period_end, c.holdings_usd_m, c.share_pct,
        d.share_at_fixed_fx_pct, d.share_at_fixed_fx_other_repriced_pct, d.fixed_base_period_end,
        d.share_change_pp, d.share_change_constant_fx_pp, d.share_change_constant_fx_other_repriced_pp,
        d.fx_explained_pct, d.fx_explained_other_repriced_pct, d.active_flow_usd_m,
        c.dataset, c.known_at, c.known_at_basis,
        coalesce(d.rests_on_schedule, c.known_at_basis = 'scheduled') as rests_on_schedule, c.origin
    from {reserves.currency_composition} as c
    left join {reserves.diversification_by_currency} as d using (method, currency, period_end)
    where c.currency_kind <> 'total'
)
select
    now.*,
    now.share_pct - ago.share_pct as share_change_1y_pp,
    now.share_at_fixed_fx_pct - ago.share_at_fixed_fx_pct as share_change_1y_constant_fx_pp,
    now.share_at_fixed_fx_other_repriced_pct - ago.share_at_fixed_fx_other_repriced_pct
        as share_change_1y_constant_fx_other_repriced_pp,
    case
        when count(now.active_flow_usd_m) over year = 4
            and min(now.period_start) over year = now.period_start - interval 9 month
            then sum(now.active_flow_usd_m) over year
    end as active_flow_4q_usd_m
from shares as now
left join shares as ago
    on now.method = ago.method and now.currency = ago.currency
    and ago.period_start = now.period_start - interval 1 year
window year as (partition by now.method, now.currency order by now.period_start rows 3 preceding)
order by now.period_end, now.known_at
""")

COVERAGE = _question("""
select method, period_start, period_end, imputed_share_pct, origin
from {reserves.coverage} where imputed_share_pct is not null order by period_end desc limit 1
""")

CONCENTRATION = _question("""
select
    method, period_start, period_end, named_currencies, hhi_lower, hhi_upper, effective_number_lower,
    effective_number_upper, nontraditional_share_pct, nontraditional_without_cny_share_pct, other_share_pct,
    dataset, known_at, known_at_basis, rests_on_schedule, origin
from {reserves.diversification} order by period_end, known_at
""")

# Methods that replaced another one in a release: the earliest have no such day.
METHODS = """
select method, what, first_published_at from core.methods
where dataset = 'imf/cofer' and first_published_at is not null order by first_published_at
"""

GOLD = _question("""
select
    dataset, area, area_kind, frequency, period_start, period_end, gold_tonnes, gold_share_pct,
    gold_share_at_market_price_pct, value_published_usd_m, is_price_plausible,
    case
        when lag(period_end, 12) over area = last_day(period_end - interval 1 year)
            then gold_tonnes - lag(gold_tonnes, 12) over area
    end as gold_change_12m_tonnes,
    known_at, known_at_basis, rests_on_schedule, origin
from {reserves.gold}
window area as (partition by dataset, area, frequency order by period_end)
order by dataset, area, period_end
""")

_SUMS = ",\n".join(
    f"""case
        when count({name}_usd_m) over year = 12
            and min(period_start) over year = period_start - interval 11 month
            then sum({name}_usd_m) over year
    end as {name}_12m_usd_m"""
    for name in ("change", "net", "valuation_change", "other_change")
)

TREASURIES = _question(f"""
select
    holder, holder_name, holder_kind, period_start, period_end, holdings_usd_m, change_usd_m, net_usd_m,
    valuation_change_usd_m, other_change_usd_m, {_SUMS},
    method, dataset, known_at, known_at_basis, known_at_basis = 'scheduled' as rests_on_schedule, origin
from {{flows.positions_by_holder}}
where security_type = 'treasury'
    and holder_kind in ('world', 'official', 'non_official', 'country', 'assumption')
window year as (partition by holder order by period_start rows 11 preceding)
order by holder, period_end
""")

MAJOR_HOLDERS = _question("""
select
    dataset, holder, period_start, period_end, holdings_usd_m, method, known_at, known_at_basis,
    known_at_basis = 'scheduled' as rests_on_schedule, origin
from {flows.major_holders}
where series = 'new' and holder_kind = 'country'
order by holder, dataset, period_end
""")

CUSTODY = _question("""
select
    basis, period_start, period_end, holdings_usd_m, change_usd_m, change_4w_usd_m, change_13w_usd_m, method,
    dataset, known_at, known_at_basis, rests_on_schedule, origin
from {reserves.official_dollar_holdings} where basis = 'fed_custody' order by period_end
""")

COMPOSITE = _question("""
select
    period_start, period_end, usd_active_flow_usd_m, usd_active_flow_turned_zscore, nontraditional_share_pct,
    nontraditional_share_zscore, gold_change_tonnes, gold_change_zscore, tic_official_net_usd_m,
    tic_official_net_turned_zscore, fed_custody_change_13w_usd_m, fed_custody_change_13w_turned_zscore,
    components_available, composite_mean_zscore, composite_leave_one_out_min, composite_leave_one_out_max,
    dataset, known_at, known_at_basis, rests_on_schedule, origin
from {reserves.dedollarisation_composite} order by period_end
""")

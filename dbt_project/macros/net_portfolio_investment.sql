{# What residents bought abroad less what non-residents bought at home, within each basis. `flows` is a
   relation like flows.portfolio_flows. #}
{% macro net_portfolio_investment(flows) -%}
with

outward as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ flows }}
    where direction = 'outward'
),

inward as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ flows }}
    where direction = 'inward'
)

select
    outward.basis,
    outward.counterpart,
    outward.asset_class,
    outward.frequency,
    outward.period_start,
    outward.period_end,
    outward.currency,
    outward.net_m as outward_net_m,
    inward.net_m as inward_net_m,
    cast(outward.net_m - inward.net_m as decimal(20, 2)) as net_outflow_m,
    outward.fx_rate_avg,
    {{ quotient('(outward.net_m - inward.net_m)', 'outward.fx_rate_avg', 20, 2) }} as net_outflow_usd_m,
    outward.method,
    outward.dataset,
    {{ known_of(['outward', 'inward']) }}
from outward
inner join inward
    on
        outward.basis = inward.basis
        and outward.investor_sector = inward.investor_sector
        and outward.counterpart = inward.counterpart
        and outward.asset_class = inward.asset_class
        and outward.period_start = inward.period_start
        and outward.period_end = inward.period_end
{%- endmacro %}

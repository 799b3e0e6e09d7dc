with

versions as (
    select * from {{ ref('int_portfolio_flow_versions') }}
),

rates as (
    select * from {{ ref('int_flow_period_rates') }}
)

select
    versions.basis,
    versions.direction,
    versions.investor_sector,
    versions.counterpart,
    versions.asset_class,
    versions.frequency,
    versions.period_start,
    versions.period_end,
    versions.currency,
    versions.acquisition_m,
    versions.disposition_m,
    versions.net_m,
    rates.units_per_usd_avg as fx_rate_avg,
    {{ quotient('versions.net_m', 'rates.units_per_usd_avg', 20, 2) }} as net_usd_m,
    versions.method,
    versions.dataset,
    versions.valid_from as known_at,
    versions.valid_from,
    versions.valid_to,
    versions.known_at_basis,
    versions.origin
from versions
left join rates
    on
        versions.currency = rates.currency
        and versions.period_start = rates.period_start
        and versions.period_end = rates.period_end

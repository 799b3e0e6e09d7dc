with

asked as (
    select distinct
        known_on,
        series
    from {{ ref('int_claim_worlds') }}
    where mart in ('flows.portfolio_flows', 'flows.flow_signals')
),

versions as (
    select
        *,
        basis || '/' || direction || '/' || investor_sector || '/' || counterpart || '/' as pair
    from {{ ref('portfolio_flows_vintages') }}
),

-- All classes of a pair, as joint buying is of two.
pairs as (
    select distinct
        asked.known_on,
        versions.pair
    from asked
    inner join versions on position(versions.pair in asked.series) > 0
)

select
    pairs.known_on,
    pairs.pair,
    versions.basis,
    versions.direction,
    versions.investor_sector,
    versions.counterpart,
    versions.asset_class,
    versions.frequency,
    versions.period_start,
    versions.period_end,
    {{ days_of('versions.period_start', 'versions.period_end') }} as days,
    versions.currency,
    versions.acquisition_m,
    versions.disposition_m,
    versions.net_m,
    versions.fx_rate_avg,
    versions.net_usd_m,
    versions.method,
    versions.dataset,
    versions.known_at,
    versions.known_at_basis,
    versions.origin
from pairs
inner join versions on pairs.pair = versions.pair
where {{ was_known('pairs.known_on') }}

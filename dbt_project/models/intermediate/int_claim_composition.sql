with

asked as (
    select distinct known_on
    from {{ ref('int_claim_worlds') }}
    where mart = 'reserves.diversification_by_currency'
),

versions as (
    select * from {{ ref('currency_composition_vintages') }}
)

select
    cast(asked.known_on as {{ dbt.type_string() }}) || '/' || versions.method as method,
    versions.currency,
    versions.currency_kind,
    versions.frequency,
    versions.period_start,
    versions.period_end,
    versions.holdings_usd_m,
    versions.share_pct,
    versions.dataset,
    versions.known_at,
    versions.known_at_basis,
    versions.origin
from asked
cross join versions
where {{ was_known('asked.known_on') }}

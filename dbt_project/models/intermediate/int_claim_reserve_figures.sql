with

claims as (
    select * from {{ ref('int_claim_worlds') }}
    where mart = 'reserves.diversification_by_currency'
),

-- Methods are never compared, and no more are worlds: they are kept apart by the same column.
changes as (
    {{ diversification_by_currency(ref('int_claim_composition')) | indent(4) }}
)

select
    claims.claim_id,
    claims.world,
    cast(
        case claims.measure
            when 'holdings_usd_m' then changes.holdings_usd_m
            when 'share_pct' then changes.share_pct
            when 'share_change_pp' then changes.share_change_pp
            when 'share_change_constant_fx_pp' then changes.share_change_constant_fx_pp
            when 'fx_explained_pct' then changes.fx_explained_pct
            when 'active_flow_usd_m' then changes.active_flow_usd_m
        end as decimal(28, 10)
    ) as figure,
    changes.dataset,
    changes.known_at,
    changes.known_at_basis,
    changes.origin
from claims
inner join changes
    on
        cast(claims.known_on as {{ dbt.type_string() }}) || '/' || claims.series
        = changes.method || '/' || changes.currency
        and claims.period_start = changes.period_start
        and claims.period_end = changes.period_end

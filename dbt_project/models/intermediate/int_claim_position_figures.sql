with

claims as (
    select * from {{ ref('int_claim_worlds') }}
    where mart in ('flows.positions_by_holder', 'positioning.trader_positions')
),

positions as (
    select
        'flows.positions_by_holder' as mart,
        holder || '/' || security_type as series,
        period_start,
        period_end,
        holdings_usd_m,
        net_usd_m,
        cast(null as bigint) as net_contracts,
        dataset,
        known_at,
        known_at_basis,
        origin,
        valid_from,
        valid_to
    from {{ ref('positions_by_holder_vintages') }}
    union all
    select
        'positioning.trader_positions' as mart,
        contract_code || '/' || trader_group as series,
        period_start,
        period_end,
        cast(null as decimal(20, 2)) as holdings_usd_m,
        cast(null as decimal(20, 2)) as net_usd_m,
        net_contracts,
        dataset,
        known_at,
        known_at_basis,
        origin,
        valid_from,
        valid_to
    from {{ ref('trader_positions_vintages') }}
),

-- Each claim beside all periods of its series.
beside as (
    select
        claims.claim_id,
        claims.world,
        claims.measure,
        claims.period_start = positions.period_start
        and claims.period_end = positions.period_end as is_claimed,
        positions.period_end,
        positions.holdings_usd_m,
        positions.net_usd_m,
        positions.net_contracts,
        positions.dataset,
        positions.known_at,
        positions.known_at_basis,
        positions.origin
    from claims
    inner join positions
        on
            claims.mart = positions.mart
            and claims.series = positions.series
            and {{ was_known('claims.known_on') }}
),

places as (
    select
        claimed.claim_id,
        claimed.world,
        1 + sum(case when beside.holdings_usd_m > claimed.holdings_usd_m then 1 else 0 end) as rank,
        count(beside.holdings_usd_m) as periods,
        max(case when beside.period_end < claimed.period_end then beside.holdings_usd_m end)
            as largest_before,
        min(
            case
                when beside.period_end > claimed.period_end and beside.holdings_usd_m > claimed.holdings_usd_m
                    then beside.period_end
            end
        ) as beaten_by_period_end
    from beside as claimed
    inner join beside on claimed.claim_id = beside.claim_id and claimed.world = beside.world
    where claimed.is_claimed and claimed.measure in ('holdings_usd_m', 'is_record')
    group by claimed.claim_id, claimed.world
)

select
    claimed.claim_id,
    claimed.world,
    cast(
        case claimed.measure
            when 'holdings_usd_m' then claimed.holdings_usd_m
            when 'net_usd_m' then claimed.net_usd_m
            when 'net_contracts' then claimed.net_contracts
            when 'is_record'
                then
                    case
                        when
                            claimed.holdings_usd_m > places.largest_before
                            and places.beaten_by_period_end is null
                            then 1
                        else 0
                    end
        end as decimal(28, 10)
    ) as figure,
    cast(places.rank as bigint) as rank,
    cast(places.periods as bigint) as periods,
    places.beaten_by_period_end,
    claimed.dataset,
    claimed.known_at,
    claimed.known_at_basis,
    claimed.origin
from beside as claimed
left join places on claimed.claim_id = places.claim_id and claimed.world = places.world
where claimed.is_claimed

with

claims as (
    select * from {{ ref('int_claim_worlds') }}
    where mart in ('flows.portfolio_flows', 'flows.flow_signals')
),

flows as (
    select
        *,
        pair || asset_class as series
    from {{ ref('int_claim_flows') }}
),

vintages as (
    select * from {{ ref('portfolio_flows_vintages') }}
),

rates as (
    select * from {{ ref('rates_daily') }}
    where base_currency = 'USD'
),

signals as (
    {{ flow_signals(ref('int_claim_flows'), worlds=['known_on', 'pair']) | indent(4) }}
),

-- Each claim beside all periods of its series.
beside as (
    select
        claims.claim_id,
        claims.world,
        claims.as_of,
        claims.days * claims.series_named as claimed_days,
        claims.period_start as claimed_start,
        claims.period_end as claimed_end,
        flows.*
    from claims
    inner join flows
        on
            claims.known_on = flows.known_on
            and {{ is_series_of('claims.series', 'flows.series') }}
),

-- The claim's span, if periods of all its series fill it.
spans as (
    select
        beside.claim_id,
        beside.world,
        beside.basis,
        sum(beside.net_m) as net_m,
        sum(beside.net_usd_m) as net_usd_m,
        sum({{ quotient('beside.net_m', 'rates.rate', 24, 4) }}) as net_usd_m_at_rate_of_as_of,
        max(beside.dataset) as dataset,
        max(beside.known_at) as known_at,
        {{ newest_basis(known_at='beside.known_at', basis='beside.known_at_basis') | indent(4) }}
            as known_at_basis,
        max(beside.origin) as origin
    from beside
    left join rates on beside.currency = rates.quote_currency and beside.as_of = rates.rate_date
    where beside.period_start >= beside.claimed_start and beside.period_end <= beside.claimed_end
    group by beside.claim_id, beside.world, beside.basis, beside.claimed_days
    having sum(beside.days) = beside.claimed_days
),

histories as (
    select
        spans.claim_id,
        spans.world,
        spans.basis,
        min(beside.period_start) as first_start,
        max(
            case
                when beside.period_end < beside.claimed_start and beside.net_m >= spans.net_m
                    then beside.period_end
            end
        ) as last_as_large_end
    from spans
    inner join beside on spans.claim_id = beside.claim_id and spans.world = beside.world
    group by spans.claim_id, spans.world, spans.basis
),

counterparts as (
    select
        claims.claim_id,
        claims.world,
        vintages.basis,
        count(distinct vintages.counterpart) as counterparts
    from claims
    inner join vintages
        on
            position(vintages.basis || '/' || vintages.direction || '/' in claims.series) = 1
            and {{ was_known('claims.known_on') }}
    where claims.measure = 'counterparts'
    group by claims.claim_id, claims.world, vintages.basis
)

select
    claims.claim_id,
    claims.world,
    cast(
        case claims.measure
            when 'net_m' then spans.net_m
            when 'net_usd_m' then spans.net_usd_m
            when 'net_usd_m_at_rate_of_as_of' then spans.net_usd_m_at_rate_of_as_of
            when 'first_period'
                then
                    100 * extract(year from histories.first_start)
                    + extract(month from histories.first_start)
            when 'last_as_large_period'
                then
                    100 * extract(year from histories.last_as_large_end)
                    + extract(month from histories.last_as_large_end)
            when 'counterparts' then counterparts.counterparts
            when 'is_record' then case when signals.is_record then 1 else 0 end
            when 'seasonal_ratio_20y' then signals.seasonal_ratio_20y
            when 'joint_buying_base_rate_pct' then signals.joint_buying_base_rate_pct
            when 'strong_joint_buying_base_rate_pct' then signals.strong_joint_buying_base_rate_pct
        end as decimal(28, 10)
    ) as figure,
    cast(signals.rank as bigint) as rank,
    cast(signals.periods as bigint) as periods,
    signals.beaten_by_period_end,
    spans.dataset,
    case when claims.mart = 'flows.flow_signals' then signals.known_at else spans.known_at end as known_at,
    case when claims.mart = 'flows.flow_signals' then signals.known_at_basis else spans.known_at_basis end
        as known_at_basis,
    case when claims.mart = 'flows.flow_signals' then signals.origin else spans.origin end as origin
from claims
inner join spans on claims.claim_id = spans.claim_id and claims.world = spans.world
left join histories on claims.claim_id = histories.claim_id and claims.world = histories.world
left join counterparts on claims.claim_id = counterparts.claim_id and claims.world = counterparts.world
left join signals
    on
        claims.known_on = signals.known_on
        and claims.period_start = signals.period_start
        and claims.period_end = signals.period_end
        and claims.series = signals.pair || signals.asset_class

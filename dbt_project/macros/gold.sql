{# Official gold: what is published, side by side, and what follows from it. `known` is the condition on the
   versions: those of now, or of a day. #}
{% macro gold(known) -%}
with

known as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ ref('gold_vintages') }}
    where {{ known }}
),

published as (
    select
        dataset,
        area,
        area_kind,
        frequency,
        period_start,
        period_end,
        max(gold_troy_oz) as gold_troy_oz,
        cast(coalesce(
            max(case when measure = 'gold_value' then amount_usd_m end),
            max(case when measure = 'total_reserves' then amount_usd_m end)
            - max(case when measure = 'reserves_without_gold' then amount_usd_m end)
        ) as decimal(24, 8)) as value_usd_m,
        max(case when measure = 'total_reserves' then amount_usd_m end) as total_usd_m,
        max(method) as method,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(known_at_basis) = 'scheduled' as rests_on_schedule,
        max(origin) as origin
    from known
    where area_kind <> 'market'
    group by dataset, area, area_kind, frequency, period_start, period_end
),

-- A year has no price of its own: the average of its last month is none of its end.
priced as (
    select
        published.dataset,
        published.area,
        published.area_kind,
        published.frequency,
        published.period_start,
        published.period_end,
        published.gold_troy_oz,
        published.value_usd_m,
        published.total_usd_m,
        published.method,
        cast(published.gold_troy_oz * cast(0.000001 as decimal(7, 6)) as decimal(20, 10)) as gold_m_oz,
        {{ quotient('1000000 * published.value_usd_m', 'published.gold_troy_oz', 24, 8) }} as price,
        market.price_usd_per_troy_oz as market_price,
        cast(
            published.gold_troy_oz * cast(0.000001 as decimal(7, 6)) * market.price_usd_per_troy_oz
            as decimal(24, 8)
        ) as value_at_market_usd_m,
        {{ known_of(['published', 'market']) | indent(4) }}
    from published
    left join known as market
        on
            market.measure = 'market_price'
            and published.period_start = market.period_start
            and published.period_end = market.period_end
    where published.gold_troy_oz is not null or published.value_usd_m is not null
),

judged as (
    select
        *,
        gold_troy_oz = 0 and value_usd_m = 0 as is_without_gold,
        {{ quotient('price', 'market_price', 24, 8) }} as price_ratio,
        -- Ends of months are up to a tenth off the month's average; a legal price or a wrong unit is far off.
        case
            -- Nothing is worth nothing, at any price.
            when gold_troy_oz = 0 and value_usd_m = 0 then true
            else {{ quotient('price', 'market_price', 24, 8) }} between 0.6667 and 1.5
        end as is_price_plausible
    from priced
),

-- The period before, where it is there, by the same method.
compared as (
    select
        judged.dataset,
        judged.area,
        judged.area_kind,
        judged.frequency,
        judged.period_start,
        judged.period_end,
        judged.gold_troy_oz,
        judged.gold_m_oz,
        judged.value_usd_m,
        judged.total_usd_m,
        judged.price,
        judged.market_price,
        judged.price_ratio,
        judged.is_price_plausible,
        judged.value_at_market_usd_m,
        judged.is_without_gold,
        judged.method,
        before.value_usd_m as value_before,
        before.gold_m_oz as gold_m_oz_before,
        before.gold_troy_oz as gold_troy_oz_before,
        -- Prices of which neither is far off the market's, as far as that one is known.
        case when coalesce(judged.is_price_plausible, true) then judged.price end as own_price_now,
        case when coalesce(before.is_price_plausible, true) then before.price end as own_price_before,
        coalesce(before.is_without_gold, false) as was_without_gold,
        {{ known_of(['judged', 'before']) | indent(4) }}
    from judged
    left join judged as before
        on
            judged.dataset = before.dataset
            and judged.area = before.area
            and judged.frequency = before.frequency
            and judged.method = before.method
            and judged.period_start = {{ dbt.dateadd('day', 1, 'before.period_end') }}
),

-- Who sells all, or buys the first, does so at the price of the other end.
with_prices as (
    select
        *,
        case when is_without_gold then own_price_before else own_price_now end as price_now,
        case when was_without_gold then own_price_now else own_price_before end as price_before
    from compared
)

select
    dataset,
    area,
    area_kind,
    frequency,
    period_start,
    period_end,
    gold_troy_oz,
    {{ quotient('gold_troy_oz', '32150.7466', 20, 6) }} as gold_tonnes,
    value_usd_m as value_published_usd_m,
    price as implied_price_usd_per_troy_oz,
    market_price as market_price_usd_per_troy_oz,
    price_ratio as implied_to_market_price_x,
    is_price_plausible,
    value_at_market_usd_m as value_at_market_price_usd_m,
    total_usd_m as total_reserves_usd_m,
    {{ quotient('100 * value_usd_m', 'total_usd_m', 18, 10) }} as gold_share_pct,
    {{ quotient(
        '100 * value_at_market_usd_m', '(total_usd_m - value_usd_m + value_at_market_usd_m)', 18, 10
    ) }} as gold_share_at_market_price_pct,
    {{ quotient('(gold_troy_oz - gold_troy_oz_before)', '32150.7466', 20, 6) }} as gold_change_tonnes,
    cast(value_usd_m - value_before as decimal(24, 8)) as value_change_usd_m,
    cast((gold_m_oz - gold_m_oz_before) * (price_now + price_before) / 2 as decimal(24, 4))
        as quantity_effect_usd_m,
    cast((price_now - price_before) * (gold_m_oz + gold_m_oz_before) / 2 as decimal(24, 4))
        as price_effect_usd_m,
    method,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from with_prices
{%- endmacro %}

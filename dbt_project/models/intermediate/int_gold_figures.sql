with

imf as (
    select * from {{ ref('stg_imf__reserves') }}
),

china as (
    select * from {{ ref('stg_cn_safe__reserve_assets') }}
),

worldbank as (
    select * from {{ ref('stg_worldbank__reserves') }}
),

prices as (
    select * from {{ ref('stg_worldbank__commodity_prices') }}
)

select
    dataset,
    reporter as area,
    reporter_kind as area_kind,
    measure,
    frequency,
    period_start,
    period_end,
    gold_fine_troy_oz as gold_troy_oz,
    cast(value_usd * cast(0.000001 as decimal(7, 6)) as decimal(24, 8)) as amount_usd_m,
    cast(null as decimal(24, 12)) as price_usd_per_troy_oz,
    {{ staged_version_columns() }}
from imf
union all
select
    dataset,
    country as area,
    'economy' as area_kind,
    case
        when unit = 'troy_oz' then 'gold_volume'
        when item = 'gold' then 'gold_value'
        when item = 'total' then 'total_reserves'
    end as measure,
    frequency,
    period_start,
    period_end,
    cast(gold_m_oz * 1000000 as decimal(24, 4)) as gold_troy_oz,
    cast(value_usd_m as decimal(24, 8)) as amount_usd_m,
    cast(null as decimal(24, 12)) as price_usd_per_troy_oz,
    {{ staged_version_columns() }}
from china
where item in ('gold', 'total') and unit in ('troy_oz', 'USD')
union all
select
    dataset,
    country as area,
    'economy' as area_kind,
    case item when 'total' then 'total_reserves' else 'reserves_without_gold' end as measure,
    frequency,
    period_start,
    period_end,
    cast(null as decimal(24, 4)) as gold_troy_oz,
    cast(reserves_usd * cast(0.000001 as decimal(7, 6)) as decimal(24, 8)) as amount_usd_m,
    cast(null as decimal(24, 12)) as price_usd_per_troy_oz,
    {{ staged_version_columns() }}
from worldbank
union all
select
    dataset,
    'market' as area,
    'market' as area_kind,
    'market_price' as measure,
    frequency,
    period_start,
    period_end,
    cast(null as decimal(24, 4)) as gold_troy_oz,
    cast(null as decimal(24, 8)) as amount_usd_m,
    price_usd as price_usd_per_troy_oz,
    {{ staged_version_columns() }}
from prices
where commodity = 'Gold' and per_unit = 'troy oz'

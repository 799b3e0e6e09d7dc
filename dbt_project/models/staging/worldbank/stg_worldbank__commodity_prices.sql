with

source as (
    select * from {{ source('worldbank', 'commodity_prices') }}
),

renamed as (
    select
        'worldbank/commodity_prices' as dataset,
        commodity,
        -- '($/troy oz)' is troy oz; an index has no unit
        case
            when unit <> '(2010=100)' then replace(replace(replace(unit, '($/', ''), '(cents/', ''), ')', '')
        end as per_unit,
        'monthly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(
            case
                when unit like '(cents/%' then cast(price as decimal(20, 12)) * 0.01
                when unit like '($/%' then cast(price as decimal(20, 12))
            end as decimal(24, 12)
        ) as price_usd,
        case when unit = '(2010=100)' then cast(price as decimal(20, 12)) end as index_2010,
        {{ version_columns() }}
    from source
)

select * from renamed

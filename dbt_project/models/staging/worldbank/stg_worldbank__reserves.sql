with

source as (
    select * from {{ source('worldbank', 'reserves') }}
),

renamed as (
    select
        'worldbank/reserves' as dataset,
        countryiso3code as country,
        case indicator
            when 'FI.RES.TOTL.CD' then 'total'
            when 'FI.RES.XGLD.CD' then 'total_excluding_gold'
        end as item,
        'annual' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(value as decimal(20, 4)) as reserves_usd,
        {{ version_columns() }}
    from source
)

select * from renamed

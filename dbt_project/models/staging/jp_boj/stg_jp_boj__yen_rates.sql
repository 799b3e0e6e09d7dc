with

source as (
    select * from {{ source('jp_boj', 'yen_rates') }}
),

renamed as (
    select
        'jp_boj/yen_rates' as dataset,
        cast(period_start as date) as rate_date,
        case series_code when 'FXERD01' then '09:00' when 'FXERD04' then '17:00' end as rate_time,
        'Asia/Tokyo' as rate_timezone,
        'USD' as base_currency,
        'JPY' as quote_currency,
        cast(value as decimal(18, 6)) as rate,
        {{ version_columns() }}
    from source
)

select * from renamed

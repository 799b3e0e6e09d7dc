with

source as (
    select * from {{ source('jp_boj', 'effective_rates') }}
),

renamed as (
    select
        'jp_boj/effective_rates' as dataset,
        'JPY' as currency,
        case series_code when 'FX180110001' then 'nominal' when 'FX180110002' then 'real' end as index_type,
        'monthly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(value as decimal(18, 6)) as index_2020_100,
        {{ version_columns() }}
    from source
)

select * from renamed

with

source as (
    select * from {{ source('us_fed', 'fx_h10') }}
),

renamed as (
    select
        'us_fed/fx_h10' as dataset,
        cast(observation_date as date) as rate_date,
        'USD' as base_currency,
        'JPY' as quote_currency,
        cast(rate as decimal(18, 6)) as rate,
        {{ version_columns() }}
    from source
)

select * from renamed

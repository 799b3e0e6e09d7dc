with

source as (
    select * from {{ source('us_fed', 'custody_treasuries') }}
),

renamed as (
    select
        'us_fed/custody_treasuries' as dataset,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(holdings as decimal(20, 2)) as holdings_usd_m,
        {{ version_columns() }}
    from source
)

select * from renamed

with

source as (
    select * from {{ source('ecb', 'fx_reference_rates') }}
),

renamed as (
    select
        'ecb/fx_reference_rates' as dataset,
        cast(date as date) as rate_date,
        currency,
        cast(rate as decimal(18, 6)) as units_per_euro,
        {{ version_columns() }}
    from source
)

select * from renamed

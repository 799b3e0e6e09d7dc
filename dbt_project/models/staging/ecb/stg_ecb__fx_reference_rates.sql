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
        _snapshot as snapshot,
        _known_at as snapshot_known_at,
        _known_at_basis as snapshot_basis,
        _due_at as due_at,
        _origin as origin,
        _retracted as is_retracted
    from source
)

select * from renamed

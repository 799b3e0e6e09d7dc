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
        _snapshot as snapshot,
        _known_at as snapshot_known_at,
        _known_at_basis as snapshot_basis,
        _due_at as due_at,
        _origin as origin,
        _retracted as is_retracted
    from source
)

select * from renamed

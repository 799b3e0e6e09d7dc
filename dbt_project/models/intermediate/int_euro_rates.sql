with

rates as (
    select
        *,
        row_number() over (partition by rate_date, currency order by snapshot desc) as place_from_last
    from {{ ref('stg_ecb__fx_reference_rates') }}
),

newest as (
    select
        dataset,
        rate_date,
        currency,
        units_per_euro,
        {{ known_from('is_history') }} as known_at,
        {{ known_from_basis('is_history') }} as known_at_basis,
        origin
    from rates
    where place_from_last = 1 and not is_retracted
),

-- The euro itself, on each day with rates, so that it pairs like any other currency. Nobody publishes it:
-- with the least of the day's times and bases, a pair is known as its other currency is.
euro as (
    select
        dataset,
        rate_date,
        'EUR' as currency,
        cast(1 as decimal(18, 6)) as units_per_euro,
        min(known_at) as known_at,
        min(known_at_basis) as known_at_basis,
        min(origin) as origin
    from newest
    group by dataset, rate_date
),

with_euro as (
    select * from newest
    union all
    select * from euro
)

select
    *,
    known_at_basis = 'scheduled' as rests_on_schedule
from with_euro

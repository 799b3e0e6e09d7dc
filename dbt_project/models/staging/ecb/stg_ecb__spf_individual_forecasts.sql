with

source as (
    select * from {{ source('ecb', 'spf_individual_forecasts') }}
),

renamed as (
    select
        'ecb/spf_individual_forecasts' as dataset,
        round as survey_round,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        topic,
        target_period,
        cast(fct_source as integer) as forecaster_id,
        -- A range of the probabilities is named by its bounds, F from and T to: F0_5T0_9.
        case
            when variable = 'POINT' then 'point_forecast'
            when variable = 'USD' then 'usd_per_eur'
            when variable = 'OIL' then 'oil_usd_per_barrel'
            when variable = 'IR' then 'interest_rate_pct'
            when variable = 'LAB' then 'labour_costs_pct'
            else 'probability_pct'
        end as measure,
        case when variable not in ('POINT', 'USD', 'OIL', 'IR', 'LAB') then variable end as probability_range,
        case variable
            when 'USD' then 'US dollars per euro'
            when 'OIL' then 'US dollars per barrel'
            else 'percent'
        end as unit,
        cast(value as decimal(30, 18)) as value,
        {{ version_columns() }}
    from source
)

select * from renamed

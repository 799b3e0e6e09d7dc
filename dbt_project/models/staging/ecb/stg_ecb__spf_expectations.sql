with

usd_assumption as (
    select * from {{ source('ecb', 'spf_usd_assumption') }}
),

inflation as (
    select * from {{ source('ecb', 'spf_inflation') }}
),

source as (
    select
        'ecb/spf_usd_assumption' as dataset,
        *,
        cast(obs_value as decimal(28, 15)) as usd_per_eur,
        cast(null as decimal(28, 15)) as inflation_pct
    from usd_assumption

    union all

    select
        'ecb/spf_inflation' as dataset,
        *,
        cast(null as decimal(28, 15)) as usd_per_eur,
        cast(obs_value as decimal(28, 15)) as inflation_pct
    from inflation
),

renamed as (
    select
        dataset,
        key as series_key,
        time_period,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        fct_horizon as horizon,
        -- The longer term is five calendar years ahead in the rounds of a year's second half, else four.
        case
            when fct_horizon = 'LT'
                then
                    cast(substring(period_start, 1, 4) as integer)
                    + case when substring(period_start, 6, 2) in ('01', '04') then 4 else 5 end
            when fct_horizon like 'P%' then cast(null as integer)
            else cast(fct_horizon as integer)
        end as target_year,
        usd_per_eur,
        inflation_pct,
        obs_status as observation_status,
        {{ version_columns() }}
    from source
)

select * from renamed

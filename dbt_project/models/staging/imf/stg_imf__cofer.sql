{%- set figure = "nullif(nullif(obs_value, ''), 'NaN')" -%}

with

source as (
    select * from {{ source('imf', 'cofer') }}
),

renamed as (
    select
        'imf/cofer' as dataset,
        country as reporter,
        indicator,
        case fxr_currency
            when 'CI_T' then 'total'
            when 'CI_OTHC' then 'other'
            else 'currency'
        end as currency_kind,
        replace(fxr_currency, 'CI_', '') as currency,
        case type_of_transformation when 'NV_USD' then 'holdings' when 'SHRO_PT' then 'share' end as measure,
        case frequency when 'A' then 'annual' when 'Q' then 'quarterly' end as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        -- Plain dollars, although the attribute SCALE says 6.
        case
            when type_of_transformation = 'NV_USD' then cast({{ figure }} as decimal(24, 2))
        end as holdings_usd,
        case
            when type_of_transformation = 'SHRO_PT' then cast({{ figure }} as decimal(18, 10))
        end as share_pct,
        {{ version_columns() }}
    from source
)

select * from renamed

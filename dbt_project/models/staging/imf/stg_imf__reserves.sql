{%- set figure = "nullif(nullif(obs_value, ''), 'NaN')" -%}

with

source as (
    select * from {{ source('imf', 'reserves') }}
),

renamed as (
    select
        'imf/reserves' as dataset,
        country as reporter,
        case
            when substring(country, 2, 1) between '0' and '9' then 'group'
            else 'economy'
        end as reporter_kind,
        case indicator
            when 'IRFCLDT1_IRFCL56V_FTO' then 'gold_volume'
            when 'IRFCLDT1_IRFCL56_USD' then 'gold_value'
            when 'IRFCLDT1_IRFCL65_USD' then 'total_reserves'
        end as measure,
        'monthly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        case
            when indicator = 'IRFCLDT1_IRFCL56V_FTO' then cast({{ figure }} as decimal(24, 4))
        end as gold_fine_troy_oz,
        -- Plain dollars, although the attribute SCALE says 6.
        case
            when indicator in ('IRFCLDT1_IRFCL56_USD', 'IRFCLDT1_IRFCL65_USD')
                then cast({{ figure }} as decimal(24, 2))
        end as value_usd,
        {{ version_columns() }}
    from source
)

select * from renamed

with

source as (
    select * from {{ source('cn_safe', 'official_reserve_assets') }}
),

renamed as (
    select
        'cn_safe/official_reserve_assets' as dataset,
        'CHN' as country,
        case item
            when 'Foreign currency reserves' then 'foreign_currency_reserves'
            when 'IMF reserve position' then 'imf_reserve_position'
            when 'SDRs' then 'sdrs'
            when 'Gold' then 'gold'
            when 'Other reserve assets' then 'other_reserve_assets'
            when 'Total' then 'total'
        end as item,
        case unit
            when '100million USD' then 'USD'
            when '100million SDR' then 'XDR'
            when '万盎司' then 'troy_oz'
        end as unit,
        'monthly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        -- 100 million to millions
        cast(
            case when unit = '100million USD' then {{ published_number('value') }} * 100 end as decimal(20, 2)
        ) as value_usd_m,
        cast(
            case when unit = '100million SDR' then {{ published_number('value') }} * 100 end as decimal(20, 2)
        ) as value_sdr_m,
        -- 10,000 ounces to millions of ounces
        cast(
            case when unit = '万盎司' then {{ published_number('value') }} * 0.01 end as decimal(20, 4)
        ) as gold_m_oz,
        {{ version_columns() }}
    from source
)

select * from renamed

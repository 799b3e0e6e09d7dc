{# TK99F<industry>601GCQ<actual or forecast><size>000. -#}
with

source as (
    select * from {{ source('jp_boj', 'tankan') }}
),

renamed as (
    select
        'jp_boj/tankan' as dataset,
        case substring(series_code, 6, 4)
            when '1000' then 'manufacturing'
            when '2000' then 'nonmanufacturing'
        end as industry,
        case substring(series_code, 17, 1)
            when '1' then 'large'
            when '2' then 'medium'
            when '3' then 'small'
        end as enterprise_size,
        case substring(series_code, 16, 1)
            when '0' then 'actual'
            when '1' then 'forecast'
        end as tense,
        'quarterly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(
            substring(survey_date, 1, 4)
            || case substring(survey_date, 5, 2)
                when '01' then '-01-01'
                when '02' then '-04-01'
                when '03' then '-07-01'
                when '04' then '-10-01'
            end as date
        ) as target_period_start,
        cast(value as decimal(10, 2)) as diffusion_index_pp,
        {{ version_columns() }}
    from source
)

select * from renamed

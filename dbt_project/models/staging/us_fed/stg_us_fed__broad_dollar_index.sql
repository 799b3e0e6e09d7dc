with

source as (
    select * from {{ source('us_fed', 'broad_dollar_index') }}
),

renamed as (
    select
        'us_fed/broad_dollar_index' as dataset,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(index_level as decimal(18, 6)) as broad_dollar_index,
        {{ version_columns() }}
    from source
)

select * from renamed

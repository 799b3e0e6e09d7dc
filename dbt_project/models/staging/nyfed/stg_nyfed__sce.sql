with

source as (
    select * from {{ source('nyfed', 'sce') }}
),

renamed as (
    select
        'nyfed/sce' as dataset,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(median_one_year as decimal(30, 20)) as expected_inflation_1y_median_pct,
        cast(p25_one_year as decimal(30, 20)) as expected_inflation_1y_p25_pct,
        cast(p75_one_year as decimal(30, 20)) as expected_inflation_1y_p75_pct,
        cast(median_three_year as decimal(30, 20)) as expected_inflation_3y_median_pct,
        cast(p25_three_year as decimal(30, 20)) as expected_inflation_3y_p25_pct,
        cast(p75_three_year as decimal(30, 20)) as expected_inflation_3y_p75_pct,
        cast(nullif(median_five_year, '') as decimal(30, 20)) as expected_inflation_5y_median_pct,
        {{ version_columns() }}
    from source
)

select * from renamed

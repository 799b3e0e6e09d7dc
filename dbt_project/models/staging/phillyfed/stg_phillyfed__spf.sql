with

source as (
    select * from {{ source('phillyfed', 'spf') }}
),

renamed as (
    select
        'phillyfed/spf' as dataset,
        variable,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        horizon,
        case when horizon in ('1', '2', '3', '4', '5', '6') then 'quarter' else 'year' end as horizon_kind,
        -- 1 is the quarter before the survey's, 2 its own; A is its own year.
        case
            when horizon in ('1', '2', '3', '4', '5', '6') then cast(horizon as integer) - 2
        end as quarters_ahead,
        case horizon when 'A' then 0 when 'B' then 1 when 'C' then 2 when 'D' then 3 end as years_ahead,
        case variable when 'RGDP' then 'USD billion, real, a year' else 'percent a year' end as unit,
        cast(value as decimal(20, 6)) as value,
        {{ version_columns() }}
    from source
)

select * from renamed

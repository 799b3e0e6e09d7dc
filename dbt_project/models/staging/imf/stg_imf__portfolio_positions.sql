with

source as (
    select * from {{ source('imf', 'pip_portfolio_positions') }}
),

renamed as (
    select
        'imf/pip_portfolio_positions' as dataset,
        country as reporter,
        counterpart_country as counterpart,
        case accounting_entry when 'A' then 'assets' end as accounting_entry,
        case indicator when 'P_TOTINV_P_USD' then 'total' end as asset_class,
        'semiannual' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        -- Plain dollars, although the attribute SCALE says 6.
        cast(nullif(nullif(obs_value, ''), 'NaN') as decimal(24, 2)) as positions_usd,
        {{ version_columns() }}
    from source
)

select * from renamed

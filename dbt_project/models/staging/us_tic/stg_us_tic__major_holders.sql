with

recent as (
    select * from {{ source('us_tic', 'major_holders') }}
),

history as (
    select * from {{ source('us_tic', 'major_holders_history') }}
),

figures as (
    select
        'us_tic/major_holders' as dataset,
        holder,
        'new' as series,
        period_start,
        period_end,
        holdings,
        {{ raw_version_columns() }}
    from recent
    union all
    select
        'us_tic/major_holders_history' as dataset,
        holder,
        series,
        period_start,
        period_end,
        nullif(holdings, 'n.a.') as holdings,
        {{ raw_version_columns() }}
    from history
),

renamed as (
    select
        dataset,
        holder,
        case
            when holder = 'Grand Total' then 'world'
            when holder = 'All Other' then 'all_other'
            when holder in ('For. Official', 'Of Which: Foreign Official') then 'official'
            when holder like '%Treasury Bills' then 'official_bills'
            when holder like '%T-Bonds & Notes' then 'official_bonds_and_notes'
            when holder in ('Oil Exporters', 'Carib Bnkng Ctrs', 'Belgium-Luxembourg') then 'country_group'
            else 'country'
        end as aggregate,
        series,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        {{ published_number('holdings') }} as holdings_usd_bn,
        {{ version_columns() }}
    from figures
)

select * from renamed

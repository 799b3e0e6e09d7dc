with

source as (
    select * from {{ source('us_tic', 'treasuries_by_country') }}
),

aggregate_codes as (
    select * from {{ ref('stg_us_tic__aggregate_codes') }}
),

renamed as (
    select
        'us_tic/treasuries_by_country' as dataset,
        source.country_code,
        source.country,
        coalesce(aggregate_codes.aggregate, 'country') as aggregate,
        cast(source.period_start as date) as period_start,
        cast(source.period_end as date) as period_end,
        {{ published_number("nullif(for_treas_pos, 'n.a.')") }} as holdings_usd_m,
        {{ published_number("nullif(for_treas_net, 'n.a.')") }} as net_usd_m,
        {{ published_number("nullif(for_lt_treas_pos, 'n.a.')") }} as long_term_holdings_usd_m,
        {{ published_number("nullif(for_lt_treas_net, 'n.a.')") }} as long_term_net_usd_m,
        {{ published_number("nullif(for_lt_treas_valchg, 'n.a.')") }}
            as long_term_valuation_change_usd_m,
        {{ published_number("nullif(for_st_treas_pos, 'n.a.')") }} as short_term_holdings_usd_m,
        {{ published_number("nullif(for_st_treas_net, 'n.a.')") }} as short_term_net_usd_m,
        {{ version_columns() }}
    from source
    left join aggregate_codes on source.country_code = aggregate_codes.country_code
)

select * from renamed

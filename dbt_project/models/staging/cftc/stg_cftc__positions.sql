{# Groups as the publisher's columns name them. Small traders are what reports leave: nobody counts them, and
   they have no spreads. -#}
{%- set groups = {
    'dealer': 'dealer',
    'asset_manager': 'asset_mgr',
    'leveraged_funds': 'lev_money',
    'other_reportables': 'other_rept',
    'non_reportables': 'nonrept',
} -%}
{%- set missing = 'cast(null as varchar(1))' -%}

with

source as (
    select * from {{ source('cftc', 'tff') }}
),

figures as (
    {%- for trader_group, published in groups.items() %}
    {%- set is_reportable = trader_group != 'non_reportables' %}
    select
        period_start,
        period_end,
        report_date_as_yyyy_mm_dd,
        cftc_contract_market_code,
        market_and_exchange_names,
        cftc_subgroup_code,
        contract_units,
        '{{ trader_group }}' as trader_group,
        open_interest_all,
        {{ published }}_positions_long_all as positions_long,
        {{ published }}_positions_short_all as positions_short,
        {{ published ~ '_positions_spread_all' if is_reportable else missing }} as positions_spread,
        {{ 'traders_' ~ published ~ '_long_all' if is_reportable else missing }} as traders_long,
        {{ 'traders_' ~ published ~ '_short_all' if is_reportable else missing }} as traders_short,
        {{ 'traders_' ~ published ~ '_spread_all' if is_reportable else missing }} as traders_spread,
        {{ raw_version_columns() }}
    from source
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

renamed as (
    select
        'cftc/tff' as dataset,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(report_date_as_yyyy_mm_dd as date) as report_date,
        cftc_contract_market_code as contract_code,
        market_and_exchange_names as contract_name,
        cftc_subgroup_code as contract_subgroup,
        contract_units,
        trader_group,
        cast(open_interest_all as bigint) as open_interest_contracts,
        cast(positions_long as bigint) as long_contracts,
        cast(positions_short as bigint) as short_contracts,
        cast(positions_spread as bigint) as spread_contracts,
        cast(positions_long as bigint) - cast(positions_short as bigint) as net_contracts,
        cast(nullif(traders_long, '') as bigint) as long_traders,
        cast(nullif(traders_short, '') as bigint) as short_traders,
        cast(nullif(traders_spread, '') as bigint) as spread_traders,
        {{ version_columns() }}
    from figures
)

select * from renamed

{# Letters of the Bank's that ISO 3166 does not have, or has for others: there CI is Ivory Coast, RW Rwanda,
   VI the Virgin Islands of the United States. All other letters are those of ISO 3166. -#}
{%- set counterparts = {
    'world': 'W1',
    'CI': 'KY',
    'LX': 'LU',
    'SU': 'RU',
    'VI': 'VG',
    'II': 'international_organizations',
    'OT': 'rest_of_world',
    'RW': 'unallocated',
} -%}
{%- set asset_classes = {
    'Total': 'total',
    'Equity and investment fund shares': 'equity',
    'Long-term debt securities': 'long_term_debt',
    'Short-term debt securities': 'short_term_debt',
} -%}

with

source as (
    select * from {{ source('jp_boj', 'portfolio_by_country') }}
),

renamed as (
    select
        'jp_boj/portfolio_by_country' as dataset,
        'jp_bop_monthly' as basis,
        case side
            when 'Portfolio Investment Assets' then 'outward'
            when 'Portfolio Investment Liabilities' then 'inward'
        end as direction,
        'all' as investor_sector,
        case counterpart
            {%- for letters, code in counterparts.items() %}
            when '{{ letters }}' then '{{ code }}'
            {%- endfor %}
            else counterpart
        end as counterpart,
        counterpart as published_counterpart,
        case asset_class
            {%- for published, name in asset_classes.items() %}
            when '{{ published }}' then '{{ name }}'
            {%- endfor %}
        end as asset_class,
        'monthly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        'JPY' as currency,
        -- 100 million yen to millions of yen
        cast({{ published_number('acquisition') }} * 100 as decimal(20, 2)) as acquisition_m,
        cast({{ published_number('disposition') }} * 100 as decimal(20, 2)) as disposition_m,
        cast({{ published_number('net') }} * 100 as decimal(20, 2)) as net_m,
        {{ version_columns() }}
    from source
)

select * from renamed

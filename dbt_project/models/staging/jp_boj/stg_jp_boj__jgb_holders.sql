{# FOF_FFAS<sector>A<instrument>. -#}
{%- set sectors = {
    '100': 'financial_institutions',
    '110': 'central_bank',
    '120': 'depository_corporations',
    '130': 'insurance_and_pension_funds',
    '131': 'insurance',
    '140': 'pension_funds',
    '150': 'other_financial_intermediaries',
    '160': 'securities_investment_trusts',
    '400': 'domestic_nonfinancial',
    '410': 'nonfinancial_corporations',
    '420': 'general_government',
    '424': 'public_pensions',
    '430': 'households',
    '440': 'nonprofit_institutions',
    '500': 'overseas',
    '700': 'total',
} -%}

with

source as (
    select * from {{ source('jp_boj', 'jgb_holders') }}
),

renamed as (
    select
        'jp_boj/jgb_holders' as dataset,
        case substring(series_code, 13, 3)
            when '310' then 'treasury_discount_bills'
            when '311' then 'central_government_securities_and_filp_bonds'
        end as instrument,
        case substring(series_code, 9, 3)
            {%- for code, sector in sectors.items() %}
            when '{{ code }}' then '{{ sector }}'
            {%- endfor %}
        end as holder_sector,
        'quarterly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        'JPY' as currency,
        -- 100 million yen to millions of yen
        cast({{ published_number('value') }} * 100 as decimal(20, 2)) as holdings_jpy_m,
        {{ version_columns() }}
    from source
)

select * from renamed

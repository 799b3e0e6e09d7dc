{%- set classes = {
    'equity': 'residents_equity_monthly',
    'long_term_debt': 'residents_longterm_debt_monthly',
    'short_term_debt': 'residents_shortterm_debt_monthly',
} -%}
{%- set sectors = [
    'all',
    'public_sector',
    'central_bank',
    'general_government',
    'deposit_taking_corporations',
    'banks_banking_accounts',
    'trust_banks_banking_accounts',
    'other_sectors',
    'other_financial_corporations',
    'banks_and_trust_banks_trust_accounts',
    'banks_trust_accounts',
    'trust_banks_trust_accounts',
    'financial_instruments_firms',
    'life_insurance_companies',
    'non_life_insurance_companies',
    'investment_trust_management_companies',
    'others',
] -%}
{%- set bases = {
    'monthly': 'jp_itn_monthly_by_sector',
    'calendar_year': 'jp_itn_calendar_year_by_sector',
    'fiscal_year': 'jp_itn_fiscal_year_by_sector',
} -%}

with

{%- for asset_class, table in classes.items() %}

{{ asset_class }} as (
    select * from {{ source('jp_mof', table) }}
),
{%- endfor %}

figures as (
    {%- for asset_class, table in classes.items() %}
    {%- set class_loop = loop %}
    {%- for sector in sectors %}
    select
        'jp_mof/{{ table }}' as dataset,
        '{{ asset_class }}' as asset_class,
        '{{ sector }}' as investor_sector,
        frequency as published_frequency,
        period_start,
        period_end,
        {{ sector }}_acquisition as acquisition,
        {{ sector }}_disposition as disposition,
        {{ sector }}_net as net,
        {{ raw_version_columns() }}
    from {{ asset_class }}
    {%- if not (class_loop.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

renamed as (
    select
        dataset,
        case published_frequency
            {%- for published, basis in bases.items() %}
            when '{{ published }}' then '{{ basis }}'
            {%- endfor %}
        end as basis,
        'outward' as direction,
        investor_sector,
        'W1' as counterpart,
        asset_class,
        case
            when published_frequency in ('calendar_year', 'fiscal_year') then 'annual'
            else published_frequency
        end as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        'JPY' as currency,
        -- 100 million yen to millions of yen
        cast({{ published_number('acquisition') }} * 100 as decimal(20, 2)) as acquisition_m,
        cast({{ published_number('disposition') }} * 100 as decimal(20, 2)) as disposition_m,
        cast({{ published_number('net') }} * 100 as decimal(20, 2)) as net_m,
        {{ version_columns() }}
    from figures
)

select * from renamed

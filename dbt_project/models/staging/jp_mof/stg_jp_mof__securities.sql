{# Sides as the ministry names them: its assets are what residents trade, its liabilities what
   non-residents trade. Subtotals and totals are published net only. -#}
{%- set sides = {'assets': 'outward', 'liabilities': 'inward'} -%}
{%- set figures = [
    ('equity', 'equity', true),
    ('long_term_debt', 'long_term_debt', true),
    ('short_term_debt', 'short_term_debt', true),
    ('subtotal', 'equity_and_long_term_debt', false),
    ('total', 'total', false),
] -%}
{%- set missing = 'cast(null as varchar(1))' -%}
{%- set bases = {
    'weekly': 'jp_itn_weekly',
    'monthly': 'jp_itn_monthly',
    'calendar_year': 'jp_itn_calendar_year',
    'fiscal_year': 'jp_itn_fiscal_year',
} -%}

with

weekly as (
    select * from {{ source('jp_mof', 'securities_weekly') }}
),

monthly as (
    select * from {{ source('jp_mof', 'securities_monthly') }}
),

figures as (
    {%- for relation in ('weekly', 'monthly') %}
    {%- set relation_loop = loop %}
    {%- for side, direction in sides.items() %}
    {%- set side_loop = loop %}
    {%- for published, asset_class, has_gross in figures %}
    select
        'jp_mof/securities_{{ relation }}' as dataset,
        '{{ direction }}' as direction,
        '{{ asset_class }}' as asset_class,
        frequency as published_frequency,
        period_start,
        period_end,
        {{ side ~ '_' ~ published ~ '_acquisition' if has_gross else missing }} as acquisition,
        {{ side ~ '_' ~ published ~ '_disposition' if has_gross else missing }} as disposition,
        {{ side }}_{{ published }}_net as net,
        {{ raw_version_columns() }}
    from {{ relation }}
    {%- if not (relation_loop.last and side_loop.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
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
        direction,
        'all' as investor_sector,
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

{%- set types = {
    'total': 'total',
    'treas': 'treasury',
    'agcy': 'agency_bonds',
    'corp': 'corporate_and_other_bonds',
    'eqty': 'equity',
} -%}

with

source as (
    select * from {{ source('us_tic', 'longterm_securities_by_country') }}
),

aggregate_codes as (
    select * from {{ ref('stg_us_tic__aggregate_codes') }}
),

figures as (
    {%- for published, security_type in types.items() %}
    select
        country_code,
        country,
        '{{ security_type }}' as security_type,
        period_start,
        period_end,
        nullif(for_lt_{{ published }}_pos, 'n.a.') as holdings,
        nullif(for_lt_{{ published }}_net, 'n.a.') as net,
        nullif(for_lt_{{ published }}_valchg, 'n.a.') as valuation_change,
        {{ raw_version_columns() }}
    from source
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

renamed as (
    select
        'us_tic/longterm_securities_by_country' as dataset,
        figures.country_code,
        figures.country,
        case
            when aggregate_codes.aggregate is not null then aggregate_codes.aggregate
            -- Instruments of the types, by kind of holder.
            when figures.country_code like '8%' then 'memorandum'
            else 'country'
        end as aggregate,
        figures.security_type,
        cast(figures.period_start as date) as period_start,
        cast(figures.period_end as date) as period_end,
        {{ published_number('figures.holdings') }} as holdings_usd_m,
        {{ published_number('figures.net') }} as net_usd_m,
        {{ published_number('figures.valuation_change') }} as valuation_change_usd_m,
        {{ version_columns() }}
    from figures
    left join aggregate_codes on figures.country_code = aggregate_codes.country_code
)

select * from renamed

{#- Holdings, net and valuation change of Treasury securities by term. Bills have no valuation change of their
   own: that of bonds is all there is for both together, and counts only where both are published. -#}
{%- set treasuries = {
    'treasury': [
        'holdings_usd_m', 'net_usd_m', 'case when net_usd_m is not null then long_term_valuation_change_usd_m end',
    ],
    'long_term_treasury': [
        'long_term_holdings_usd_m', 'long_term_net_usd_m', 'long_term_valuation_change_usd_m',
    ],
    'short_term_treasury': ['short_term_holdings_usd_m', 'short_term_net_usd_m', 'cast(null as decimal(20, 4))'],
} -%}

with

treasury_holdings as (
    select * from {{ ref('stg_us_tic__treasury_holdings_by_country') }}
),

longterm_securities as (
    select * from {{ ref('stg_us_tic__longterm_securities_by_country') }}
)
{% for security_type, (holdings, net, valuation_change) in treasuries.items() %}
select
    dataset,
    country_code as holder,
    country as holder_name,
    aggregate as holder_kind,
    '{{ security_type }}' as security_type,
    period_start,
    period_end,
    {{ holdings }} as holdings_usd_m,
    {{ net }} as net_usd_m,
    {{ valuation_change }} as valuation_change_usd_m,
    {{ staged_version_columns() }}
from treasury_holdings
union all
{%- endfor %}
select
    dataset,
    country_code as holder,
    country as holder_name,
    aggregate as holder_kind,
    case security_type when 'total' then 'long_term_securities' else security_type end as security_type,
    period_start,
    period_end,
    holdings_usd_m,
    net_usd_m,
    valuation_change_usd_m,
    {{ staged_version_columns() }}
from longterm_securities
where
    -- The same bonds as in the table of Treasury securities, which has bills too.
    security_type <> 'treasury'
    -- Instruments of the types, which are no holders.
    and country_code not like '8%'

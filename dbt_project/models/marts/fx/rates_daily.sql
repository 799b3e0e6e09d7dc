{#- Currencies for which every other one is stored; fx.rates_monthly has all pairs. -#}
{%- set bases = "', '".join(['EUR', 'USD']) -%}

with

rates as (
    select * from {{ ref('int_euro_rates') }}
)

select
    rates.rate_date,
    base.currency as base_currency,
    rates.currency as quote_currency,
    case
        when base.currency = 'EUR' then cast(rates.units_per_euro as decimal(28, 12))
        else {{ quotient('rates.units_per_euro', 'base.units_per_euro') }}
    end as rate,
    case when base.currency = 'EUR' then 'published' else 'cross' end as rate_basis,
    rates.dataset,
    {{ known_of(['base', 'rates']) }}
from rates
inner join rates as base
    on rates.rate_date = base.rate_date and rates.currency <> base.currency
where base.currency in ('{{ bases }}')

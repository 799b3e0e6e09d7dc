with

periods as (
    select distinct
        currency,
        period_start,
        period_end
    from {{ ref('int_portfolio_flow_versions') }}
),

rates as (
    select * from {{ ref('int_euro_rates') }}
),

newest as (
    select max(rate_date) as rate_date from rates
),

per_dollar as (
    select
        rates.rate_date,
        rates.currency,
        {{ quotient('rates.units_per_euro', 'dollar.units_per_euro') }} as units_per_usd
    from rates
    inner join rates as dollar
        on rates.rate_date = dollar.rate_date and dollar.currency = 'USD'
    where rates.currency in (select periods.currency from periods)
),

-- A period counts only once its last weekday has a rate, or a later day has: no average of half a month.
complete as (
    select periods.* from periods
    cross join newest
    where {{ last_weekday('periods.period_end') }} <= newest.rate_date
)

select
    complete.currency,
    complete.period_start,
    complete.period_end,
    {{ quotient('sum(per_dollar.units_per_usd)', 'count(*)', 18, 6) }} as units_per_usd_avg
from complete
inner join per_dollar
    on
        complete.currency = per_dollar.currency
        and per_dollar.rate_date between complete.period_start and complete.period_end
group by complete.currency, complete.period_start, complete.period_end

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
ended as (
    select
        periods.currency,
        periods.period_start,
        periods.period_end,
        count(distinct days.rate_date) as days
    from periods
    cross join newest
    inner join rates as days
        on days.currency = 'EUR' and days.rate_date between periods.period_start and periods.period_end
    where {{ last_weekday('periods.period_end') }} <= newest.rate_date
    group by periods.currency, periods.period_start, periods.period_end
)

select
    ended.currency,
    ended.period_start,
    ended.period_end,
    {{ quotient('sum(per_dollar.units_per_usd)', 'count(*)', 18, 6) }} as units_per_usd_avg
from ended
inner join per_dollar
    on
        ended.currency = per_dollar.currency
        and per_dollar.rate_date between ended.period_start and ended.period_end
group by ended.currency, ended.period_start, ended.period_end, ended.days
-- Nor of the days before a currency was suspended.
having count(*) = ended.days

with

rates as (
    select
        *,
        {{ month_start('rate_date') }} as month_start
    from {{ ref('int_euro_rates') }}
),

newest as (
    select max(rate_date) as rate_date from rates
),

month_ends as (
    select distinct
        month_start,
        cast({{ dbt.last_day('month_start', 'month') }} as date) as period_end
    from rates
),

crosses as (
    select
        rates.month_start,
        rates.rate_date,
        base.currency as base_currency,
        rates.currency as quote_currency,
        {{ quotient('rates.units_per_euro', 'base.units_per_euro') }} as rate,
        rates.dataset,
        rates.known_at,
        rates.origin
    from rates
    inner join rates as base
        on rates.rate_date = base.rate_date and rates.currency <> base.currency
),

averages as (
    select
        month_start,
        base_currency,
        quote_currency,
        {{ quotient('sum(rate)', 'count(*)') }} as rate_avg,
        max(rate_date) as rate_end_date,
        count(*) as days,
        max(known_at) as known_at,
        min(dataset) as dataset,
        min(origin) as origin
    from crosses
    group by month_start, base_currency, quote_currency
)

select
    averages.month_start as period_start,
    month_ends.period_end,
    averages.base_currency,
    averages.quote_currency,
    averages.rate_avg,
    {{ quotient('last_quote.units_per_euro', 'last_base.units_per_euro') }} as rate_end,
    averages.rate_end_date,
    averages.days,
    {{ last_weekday('month_ends.period_end') }} <= newest.rate_date as is_complete,
    averages.dataset,
    averages.known_at,
    averages.origin
from averages
inner join rates as last_quote
    on averages.rate_end_date = last_quote.rate_date and averages.quote_currency = last_quote.currency
inner join rates as last_base
    on averages.rate_end_date = last_base.rate_date and averages.base_currency = last_base.currency
cross join newest
inner join month_ends on averages.month_start = month_ends.month_start

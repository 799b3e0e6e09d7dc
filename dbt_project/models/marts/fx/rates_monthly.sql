with

rates as (
    select
        *,
        {{ month_start('rate_date') }} as month_start
    from {{ ref('int_euro_rates') }}
),

months as (
    select
        month_start,
        count(distinct rate_date) as days
    from rates
    group by month_start
),

newest as (
    select max(rate_date) as rate_date from rates
),

crosses as (
    select
        rates.month_start,
        rates.rate_date,
        base.currency as base_currency,
        rates.currency as quote_currency,
        {{ quotient('rates.units_per_euro', 'base.units_per_euro') }} as rate,
        rates.dataset,
        {{ known_of(['base', 'rates']) | indent(4) }}
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
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        min(dataset) as dataset,
        max(origin) as origin
    from crosses
    group by month_start, base_currency, quote_currency
),

ended as (
    select
        *,
        cast({{ dbt.last_day('month_start', 'month') }} as date) as month_end
    from averages
)

select
    ended.month_start as period_start,
    ended.month_end as period_end,
    ended.base_currency,
    ended.quote_currency,
    ended.rate_avg,
    {{ quotient('last_quote.units_per_euro', 'last_base.units_per_euro') }} as rate_end,
    ended.rate_end_date,
    ended.days,
    ended.days = months.days and {{ last_weekday('ended.month_end') }} <= newest.rate_date as is_complete,
    ended.dataset,
    ended.known_at,
    ended.known_at_basis,
    ended.rests_on_schedule,
    ended.origin
from ended
inner join months on ended.month_start = months.month_start
inner join rates as last_quote
    on ended.rate_end_date = last_quote.rate_date and ended.quote_currency = last_quote.currency
inner join rates as last_base
    on ended.rate_end_date = last_base.rate_date and ended.base_currency = last_base.currency
cross join newest

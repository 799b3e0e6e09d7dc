with

rates as (
    select
        *,
        cast({{ dbt.date_trunc('quarter', 'rate_date') }} as date) as period_start
    from {{ ref('int_euro_rates') }}
),

newest as (
    select max(rate_date) as rate_date from rates
),

ended as (
    select
        period_start,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 3, 'period_start')) }} as date) as period_end,
        count(distinct rate_date) as days,
        max(rate_date) as rate_end_date
    from rates
    group by period_start
),

-- A quarter counts only once its last weekday has a rate, or a later day has.
quarters as (
    select ended.*
    from ended
    cross join newest
    where {{ last_weekday('ended.period_end') }} <= newest.rate_date
),

crosses as (
    select
        rates.period_start,
        rates.rate_date,
        rates.currency,
        {{ quotient('dollar.units_per_euro', 'rates.units_per_euro', 20, 12) }} as usd_per_unit,
        rates.dataset,
        {{ known_of(['rates', 'dollar']) | indent(4) }}
    from rates
    inner join rates as dollar
        on rates.rate_date = dollar.rate_date and dollar.currency = 'USD'
)

select
    quarters.period_start,
    quarters.period_end,
    crosses.currency,
    case
        when count(*) = max(quarters.days)
            then {{ quotient('sum(crosses.usd_per_unit)', 'count(*)', 20, 12) }}
    end as usd_per_unit_avg,
    max(case when crosses.rate_date = quarters.rate_end_date then crosses.usd_per_unit end)
        as usd_per_unit_end,
    quarters.rate_end_date,
    min(crosses.dataset) as dataset,
    max(crosses.known_at) as known_at,
    {{ newest_basis(known_at='crosses.known_at', basis='crosses.known_at_basis') }} as known_at_basis,
    max(case when crosses.rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
    max(crosses.origin) as origin
from quarters
inner join crosses on quarters.period_start = crosses.period_start
group by quarters.period_start, quarters.period_end, quarters.rate_end_date, crosses.currency

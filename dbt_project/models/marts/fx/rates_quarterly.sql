with

composition as (
    select * from {{ ref('int_currency_composition_versions') }}
),

rates as (
    select * from {{ ref('int_euro_rates') }}
),

newest as (
    select max(rate_date) as rate_date from rates
),

periods as (
    select distinct
        period_start,
        period_end
    from composition
),

-- A quarter counts only once its last weekday has a rate, or a later day has.
quarters as (
    select
        periods.period_start,
        periods.period_end,
        count(days.rate_date) as days,
        max(days.rate_date) as end_date
    from periods
    cross join newest
    inner join rates as days
        on days.currency = 'EUR' and days.rate_date between periods.period_start and periods.period_end
    where {{ last_weekday('periods.period_end') }} <= newest.rate_date
    group by periods.period_start, periods.period_end
),

crosses as (
    select
        rates.rate_date,
        rates.currency,
        {{ quotient('dollar.units_per_euro', 'rates.units_per_euro', 20, 12) }} as usd_per_unit
    from rates
    inner join rates as dollar
        on rates.rate_date = dollar.rate_date and dollar.currency = 'USD'
    -- Also for the quarters in which a currency was not named yet: the first one is revalued at them.
    where rates.currency in (select composition.currency from composition)
)

select
    crosses.currency,
    quarters.period_start,
    quarters.period_end,
    max(case when crosses.rate_date = quarters.end_date then crosses.usd_per_unit end) as usd_per_unit_end,
    case
        when count(*) = max(quarters.days)
            then {{ quotient('sum(crosses.usd_per_unit)', 'count(*)', 20, 12) }}
    end as usd_per_unit_avg
from quarters
inner join crosses on crosses.rate_date between quarters.period_start and quarters.period_end
group by crosses.currency, quarters.period_start, quarters.period_end

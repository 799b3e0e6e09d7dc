{# What the bases say of Japan's flows in a month, side by side: the report on the month, the reports on the
   weeks by three rules, and the balance of payments. `flows` is a relation like flows.portfolio_flows. #}
{% macro flow_reconciliation(flows) -%}
{%- set days_of_month -%}
    {{ dbt.datediff('months.period_start', 'months.period_end', 'day') }} + 1
{%- endset -%}
{%- set days_in_month -%}
    {{ dbt.datediff(
        'greatest(flows.period_start, months.period_start)',
        'least(flows.period_end, months.period_end)',
        'day'
    ) }} + 1
{%- endset -%}
with

flows as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ flows }}
),

months as (
    select distinct
        direction,
        asset_class,
        {{ month_start('period_end') }} as period_start,
        {{ dbt.last_day('period_end', 'month') }} as period_end,
        currency
    from flows
    where basis in ('jp_itn_monthly', 'jp_itn_weekly')
),

monthly as (
    select * from flows
    where basis = 'jp_itn_monthly'
),

-- A week that lies in two months overlaps both and ends in one; it has seven days.
weekly as (
    select
        months.direction,
        months.asset_class,
        months.period_start,
        count(*) as overlapping_weeks,
        sum(case when flows.period_end <= months.period_end then 1 else 0 end) as ending_weeks,
        sum({{ days_in_month }}) as days,
        sum(flows.net_m) as overlapping_m,
        sum(case when flows.period_end <= months.period_end then flows.net_m else 0 end) as ending_m,
        {{ quotient('sum(flows.net_m * (' ~ days_in_month ~ '))', '7', 20, 2) }} as day_weighted_m,
        min(flows.dataset) as dataset,
        max(flows.known_at) as known_at,
        {{ newest_basis(known_at='flows.known_at', basis='flows.known_at_basis') | indent(4) }} as known_at_basis,
        max(flows.known_at_basis) = 'scheduled' as rests_on_schedule,
        max(flows.origin) as origin
    from months
    inner join flows
        on
            months.direction = flows.direction
            and months.asset_class = flows.asset_class
            and months.period_start <= flows.period_end
            and months.period_end >= flows.period_start
    where flows.basis = 'jp_itn_weekly'
    group by months.direction, months.asset_class, months.period_start
),

-- The balance of payments prints no sum of equity and long-term debt.
balance_of_payments as (
    select
        direction,
        asset_class,
        period_start,
        net_m,
        dataset,
        known_at,
        known_at_basis,
        rests_on_schedule,
        origin
    from flows
    where basis = 'jp_bop_monthly' and counterpart = 'W1'
    union all
    select
        direction,
        'equity_and_long_term_debt' as asset_class,
        period_start,
        sum(net_m) as net_m,
        min(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(known_at_basis) = 'scheduled' as rests_on_schedule,
        max(origin) as origin
    from flows
    where basis = 'jp_bop_monthly' and counterpart = 'W1' and asset_class in ('equity', 'long_term_debt')
    group by direction, period_start
    having count(*) = 2
),

beside as (
    select
        months.direction,
        months.asset_class,
        months.period_start,
        months.period_end,
        months.currency,
        coalesce(weekly.overlapping_weeks, 0) as overlapping_weeks,
        coalesce(weekly.ending_weeks, 0) as ending_weeks,
        coalesce(weekly.days, 0) as days_in_weeks,
        coalesce(weekly.days, 0) = {{ days_of_month }} as weeks_cover_month,
        monthly.net_m as net_monthly_m,
        case when weekly.days = {{ days_of_month }} then weekly.overlapping_m end as net_overlapping_weeks_m,
        case when weekly.days = {{ days_of_month }} then weekly.ending_m end as net_ending_weeks_m,
        case when weekly.days = {{ days_of_month }} then weekly.day_weighted_m end
            as net_day_weighted_weeks_m,
        balance_of_payments.net_m as net_balance_of_payments_m,
        concat_ws(', ', monthly.dataset, weekly.dataset, balance_of_payments.dataset) as dataset,
        {{ known_of(['monthly', 'weekly', 'balance_of_payments']) | indent(4) }}
    from months
    left join monthly
        on
            months.direction = monthly.direction
            and months.asset_class = monthly.asset_class
            and months.period_start = monthly.period_start
    left join weekly
        on
            months.direction = weekly.direction
            and months.asset_class = weekly.asset_class
            and months.period_start = weekly.period_start
    left join balance_of_payments
        on
            months.direction = balance_of_payments.direction
            and months.asset_class = balance_of_payments.asset_class
            and months.period_start = balance_of_payments.period_start
)

select
    direction,
    asset_class,
    period_start,
    period_end,
    currency,
    net_monthly_m,
    cast(net_overlapping_weeks_m as decimal(20, 2)) as net_overlapping_weeks_m,
    cast(net_ending_weeks_m as decimal(20, 2)) as net_ending_weeks_m,
    net_day_weighted_weeks_m,
    cast(net_balance_of_payments_m as decimal(20, 2)) as net_balance_of_payments_m,
    cast(net_overlapping_weeks_m - net_monthly_m as decimal(20, 2)) as overlapping_weeks_less_monthly_m,
    cast(net_ending_weeks_m - net_monthly_m as decimal(20, 2)) as ending_weeks_less_monthly_m,
    cast(net_day_weighted_weeks_m - net_monthly_m as decimal(20, 2)) as day_weighted_weeks_less_monthly_m,
    cast(net_balance_of_payments_m - net_monthly_m as decimal(20, 2)) as balance_of_payments_less_monthly_m,
    cast(overlapping_weeks as integer) as overlapping_weeks,
    cast(ending_weeks as integer) as ending_weeks,
    cast(days_in_weeks as integer) as days_in_weeks,
    weeks_cover_month,
    dataset,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from beside
{%- endmacro %}

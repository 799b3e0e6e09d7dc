{# How each currency's share moved, and what rates explain of it, from a relation with the columns of
   `reserves.currency_composition`. #}
{% macro diversification_by_currency(composition) -%}
with

composition as (
    select * from {{ composition }}
),

rates as (
    select * from {{ ref('rates_quarterly') }}
),

parts as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from composition
    where currency_kind <> 'total'
),

-- Quarters of which all holdings and shares are there, by one method, and fit each other: those of two releases
-- do not.
quarters as (
    select
        parts.period_start,
        parts.period_end,
        parts.method,
        count(case when parts.currency_kind = 'currency' then 1 end) as named
    from parts
    inner join composition as total
        on
            parts.period_end = total.period_end
            and parts.method = total.method
            and total.currency_kind = 'total'
    group by parts.period_start, parts.period_end, parts.method, total.holdings_usd_m
    having
        count(parts.holdings_usd_m) = count(*)
        and abs(sum(parts.holdings_usd_m) - total.holdings_usd_m) < 1
        and count(parts.share_pct) = count(*)
        and max(
            abs({{ quotient('100 * parts.holdings_usd_m', 'total.holdings_usd_m') }} - parts.share_pct)
        ) < 0.01
),

-- The newest quarter whose currencies all have a rate.
fixed_base as (
    select max(complete.period_end) as period_end
    from (
        select parts.period_end
        from parts
        inner join quarters on parts.period_end = quarters.period_end and parts.method = quarters.method
        left join rates on parts.currency = rates.currency and parts.period_end = rates.period_end
        where parts.currency_kind = 'currency'
        group by parts.period_end
        having count(rates.usd_per_unit_end) = count(*)
    ) as complete
),

-- The quarter before, of the same method: figures of two methods are not compared.
neighbours as (
    select
        quarters.period_end,
        quarters.method,
        before.period_end as period_end_before,
        before.named as named_before,
        fixed_base.period_end as fixed_base_period_end
    from quarters
    left join quarters as before
        on
            {{ dbt.dateadd('day', 1, 'before.period_end') }} = quarters.period_start
            and quarters.method = before.method
    -- Last: DuckDB keeps a function's cross join as a comma, behind which joins do not see what is before it.
    cross join fixed_base
),

priced as (
    select
        parts.method,
        parts.currency,
        parts.currency_kind,
        parts.period_start,
        parts.period_end,
        parts.holdings_usd_m,
        parts.share_pct,
        parts.dataset,
        neighbours.period_end_before,
        neighbours.named_before,
        neighbours.fixed_base_period_end,
        before.holdings_usd_m as holdings_before_usd_m,
        before.share_pct as share_before_pct,
        rate.usd_per_unit_end,
        rate.usd_per_unit_avg,
        rate_before.usd_per_unit_end as usd_per_unit_before,
        {{ quotient('parts.holdings_usd_m * rate_before.usd_per_unit_end', 'rate.usd_per_unit_end', 22, 8) }}
            as at_previous_fx,
        {{ quotient('parts.holdings_usd_m * rate_fixed.usd_per_unit_end', 'rate.usd_per_unit_end', 22, 8) }}
            as at_fixed_fx,
        -- A change is against the quarter before.
        {{ known_of(['parts', 'before']) | indent(4) }}
    from parts
    inner join neighbours on parts.period_end = neighbours.period_end and parts.method = neighbours.method
    left join parts as before
        on
            parts.currency = before.currency
            and neighbours.period_end_before = before.period_end
            and parts.method = before.method
    left join rates as rate on parts.currency = rate.currency and parts.period_end = rate.period_end
    left join rates as rate_before
        on parts.currency = rate_before.currency and neighbours.period_end_before = rate_before.period_end
    left join rates as rate_fixed
        on parts.currency = rate_fixed.currency and neighbours.fixed_base_period_end = rate_fixed.period_end
),

-- The others' holdings; those of the basket, the named currencies without the dollar, at the rates of the
-- day and of each base; and the sum of all named currencies at those of each base.
sums as (
    select
        period_end,
        method,
        coalesce(sum(case when currency_kind = 'other' then holdings_usd_m end), 0) as other_usd_m,
        sum(case when currency_kind = 'currency' and currency <> 'USD' then holdings_usd_m end)
            as basket_usd_m,
        sum(case when currency <> 'USD' then at_previous_fx end) as basket_previous,
        sum(case when currency <> 'USD' then at_fixed_fx end) as basket_fixed,
        sum(at_previous_fx) as named_previous,
        sum(at_fixed_fx) as named_fixed,
        count(case when currency_kind = 'currency' then 1 end) as named,
        count(case when currency_kind = 'currency' then holdings_before_usd_m end) as named_in_both,
        max(named_before) as named_before,
        count(at_previous_fx) as with_previous,
        count(at_fixed_fx) as with_fixed,
        -- A share is of all holdings.
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        max(origin) as origin
    from priced
    group by period_end, method
),

-- Where one currency has no rate, nothing is said of any.
whole as (
    select
        period_end,
        method,
        known_at,
        known_at_basis,
        rests_on_schedule,
        origin,
        other_usd_m,
        named_in_both = named and named_in_both = named_before as same_currencies,
        case when with_previous = named then named_previous end as named_previous,
        case when with_fixed = named then named_fixed end as named_fixed,
        {{ quotient('basket_previous', 'basket_usd_m', 20, 12) }} as basket_move_previous,
        {{ quotient('basket_fixed', 'basket_usd_m', 20, 12) }} as basket_move_fixed
    from sums
),

revalued as (
    select
        priced.*,
        coalesce(priced.at_previous_fx, priced.holdings_usd_m) as part_previous,
        coalesce(priced.at_previous_fx, priced.holdings_usd_m * whole.basket_move_previous)
            as part_previous_repriced,
        coalesce(priced.at_fixed_fx, priced.holdings_usd_m) as part_fixed,
        coalesce(priced.at_fixed_fx, priced.holdings_usd_m * whole.basket_move_fixed) as part_fixed_repriced,
        whole.same_currencies,
        whole.named_previous + whole.other_usd_m as total_previous,
        whole.named_previous + whole.other_usd_m * whole.basket_move_previous as total_previous_repriced,
        whole.named_fixed + whole.other_usd_m as total_fixed,
        whole.named_fixed + whole.other_usd_m * whole.basket_move_fixed as total_fixed_repriced,
        whole.known_at as whole_known_at,
        whole.known_at_basis as whole_known_at_basis,
        whole.rests_on_schedule as whole_rests_on_schedule,
        whole.origin as whole_origin
    from priced
    inner join whole on priced.period_end = whole.period_end and priced.method = whole.method
),

shares as (
    select
        *,
        {{ quotient('100 * part_previous', 'total_previous', 18, 10) }} as share_previous,
        {{ quotient('100 * part_previous_repriced', 'total_previous_repriced', 18, 10) }}
            as share_previous_repriced,
        {{ quotient('100 * part_fixed', 'total_fixed', 18, 10) }} as share_fixed,
        {{ quotient('100 * part_fixed_repriced', 'total_fixed_repriced', 18, 10) }} as share_fixed_repriced,
        -- The others lose a currency when it is named: then they are not those of the quarter before.
        case
            when currency_kind = 'currency' or same_currencies then share_before_pct
        end as share_before
    from revalued
),

changes as (
    select
        *,
        share_pct - share_before as share_change_pp,
        share_previous - share_before as constant_pp,
        share_previous_repriced - share_before as constant_repriced_pp
    from shares
)

select
    method,
    currency,
    currency_kind,
    period_start,
    period_end,
    holdings_usd_m,
    usd_per_unit_end,
    share_pct,
    share_previous as share_at_previous_fx_pct,
    share_previous_repriced as share_at_previous_fx_other_repriced_pct,
    share_fixed as share_at_fixed_fx_pct,
    share_fixed_repriced as share_at_fixed_fx_other_repriced_pct,
    fixed_base_period_end,
    cast(share_change_pp as decimal(18, 10)) as share_change_pp,
    cast(constant_pp as decimal(18, 10)) as share_change_constant_fx_pp,
    cast(constant_repriced_pp as decimal(18, 10)) as share_change_constant_fx_other_repriced_pp,
    -- A part of nearly nothing says nothing.
    case
        when abs(share_change_pp) >= 0.1
            then {{ quotient('100 * (share_change_pp - constant_pp)', 'share_change_pp', 18, 6) }}
    end as fx_explained_pct,
    case
        when abs(share_change_pp) >= 0.1
            then {{ quotient('100 * (share_change_pp - constant_repriced_pp)', 'share_change_pp', 18, 6) }}
    end as fx_explained_other_repriced_pct,
    cast(
        usd_per_unit_avg * (
            {{ quotient('holdings_usd_m', 'usd_per_unit_end', 28, 8) }}
            - {{ quotient('holdings_before_usd_m', 'usd_per_unit_before', 28, 8) }}
        ) as decimal(20, 2)
    ) as active_flow_usd_m,
    dataset,
    whole_known_at as known_at,
    whole_known_at_basis as known_at_basis,
    whole_rests_on_schedule as rests_on_schedule,
    whole_origin as origin
from changes
{%- endmacro %}

{# How concentrated reserves are, from a relation with the columns of `reserves.currency_composition`. #}
{% macro diversification(composition) -%}
with

composition as (
    select * from {{ composition }}
),

sums as (
    select
        method,
        period_start,
        period_end,
        max(case when currency_kind = 'total' then holdings_usd_m end) as total_usd_m,
        count(case when currency_kind = 'currency' then share_pct end) as named_currencies,
        sum(case when currency_kind <> 'total' then share_pct end) as all_pct,
        sum(case when currency_kind = 'currency' then share_pct * share_pct end) as named_squares,
        sum(case when currency_kind <> 'total' then share_pct * share_pct end) as all_squares,
        sum(case when currency in ('USD', 'EUR', 'JPY', 'GBP') then share_pct end) as traditional_pct,
        max(case when currency = 'CNY' then share_pct end) as cny_pct,
        max(case when currency_kind = 'other' then share_pct end) as other_share_pct,
        min(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(known_at_basis) = 'scheduled' as rests_on_schedule,
        max(origin) as origin
    from composition
    group by method, period_start, period_end
),

-- Only where the shares are all there.
whole as (
    select
        *,
        cast(named_squares / 10000 as decimal(18, 12)) as hhi_lower,
        cast(all_squares / 10000 as decimal(18, 12)) as hhi_upper
    from sums
    where abs(all_pct - 100) < 0.01
)

select
    method,
    period_start,
    period_end,
    total_usd_m,
    named_currencies,
    hhi_lower,
    hhi_upper,
    {{ quotient('1', 'hhi_upper', 18, 10) }} as effective_number_lower,
    {{ quotient('1', 'hhi_lower', 18, 10) }} as effective_number_upper,
    cast(100 - traditional_pct as decimal(18, 10)) as nontraditional_share_pct,
    cast(100 - traditional_pct - cny_pct as decimal(18, 10)) as nontraditional_without_cny_share_pct,
    other_share_pct,
    dataset,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from whole
{%- endmacro %}

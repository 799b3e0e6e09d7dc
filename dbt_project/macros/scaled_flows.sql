{# A month's net purchases of long-term debt by non-residents, beside the government securities that they held at the
   end of the quarter before. Two universes: a size to compare with, no rate of growth. #}
{% macro scaled_flows(flows, stocks) -%}
with

flows as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ flows }}
    where basis = 'jp_itn_monthly' and direction = 'inward' and asset_class = 'long_term_debt'
),

stocks as (
    select
        basis,
        period_end,
        foreign_incl_bills_jpy_m,
        dataset,
        known_at,
        known_at_basis,
        rests_on_schedule,
        origin
    from {{ stocks }}
    where foreign_incl_bills_jpy_m is not null
)

select
    flows.basis,
    stocks.basis as stock_basis,
    flows.period_start,
    flows.period_end,
    flows.net_m as long_term_debt_net_jpy_m,
    stocks.period_end as stock_period_end,
    stocks.foreign_incl_bills_jpy_m as jgb_and_bill_stock_jpy_m,
    {{ quotient('100 * flows.net_m', 'stocks.foreign_incl_bills_jpy_m', 12, 4) }}
        as long_term_debt_net_to_jgb_and_bill_stock_pct,
    flows.method,
    flows.dataset || ', ' || stocks.dataset as dataset,
    {{ known_of(['flows', 'stocks']) }}
from flows
inner join stocks
    on cast({{ dbt.date_trunc('quarter', 'flows.period_start') }} as date) = stocks.period_end + 1
{%- endmacro %}

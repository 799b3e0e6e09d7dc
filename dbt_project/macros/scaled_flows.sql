{# A month's net purchases of long-term debt by non-residents, beside the government securities that they held at the
   end of the quarter before. Two universes: a size to compare with, no rate of growth. #}
{% macro scaled_flows(flows, stocks) -%}
with

flows as (
    select * from {{ flows }}
    where basis = 'jp_itn_monthly' and direction = 'inward' and asset_class = 'long_term_debt'
),

stocks as (
    select * from {{ stocks }}
    where foreign_incl_bills_jpy_m is not null
)

select
    flows.basis,
    stocks.basis as stock_basis,
    flows.direction,
    flows.asset_class,
    flows.period_start,
    flows.period_end,
    flows.net_m as long_term_debt_net_jpy_m,
    stocks.period_end as stock_period_end,
    stocks.foreign_incl_bills_jpy_m as jgb_and_bill_stock_jpy_m,
    {{ quotient('100 * flows.net_m', 'stocks.foreign_incl_bills_jpy_m', 12, 4) }}
        as long_term_debt_net_to_jgb_and_bill_stock_pct,
    flows.method,
    flows.dataset || ' and ' || stocks.dataset as dataset,
    {%- for column in ['known_at', 'known_at_basis', 'origin'] %}
    greatest(flows.{{ column }}, stocks.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from flows
inner join stocks
    on cast({{ dbt.date_trunc('quarter', 'flows.period_start') }} as date) = stocks.period_end + 1
{%- endmacro %}

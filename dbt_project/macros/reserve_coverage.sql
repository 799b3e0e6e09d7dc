{# How much of the world's reserves is reported by currency. `known` is the condition on the versions: those of now,
   or of a day. #}
{% macro reserve_coverage(known) -%}
with

known as (
    select * from {{ ref('coverage_vintages') }}
    where {{ known }}
),

quarters as (
    select
        method,
        frequency,
        period_start,
        period_end,
        max(case when item = 'total' then holdings_usd_m end) as total_usd_m,
        max(case when item = 'allocated' then holdings_usd_m end) as allocated_usd_m,
        max(case when item = 'unallocated' then holdings_usd_m end) as unallocated_usd_m,
        max(case when item = 'imputed' then share_pct end) as imputed_share_pct,
        min(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(known_at_basis) = 'scheduled' as rests_on_schedule,
        max(origin) as origin
    from known
    group by method, frequency, period_start, period_end
)

select
    method,
    frequency,
    period_start,
    period_end,
    total_usd_m,
    allocated_usd_m,
    unallocated_usd_m,
    {{ quotient('100 * allocated_usd_m', 'total_usd_m', 18, 10) }} as coverage_pct,
    imputed_share_pct,
    {{ quotient('allocated_usd_m * (100 - imputed_share_pct)', 'total_usd_m', 18, 10) }} as reported_share_pct,
    dataset,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from quarters
{%- endmacro %}

{#- What the International Monetary Fund prints of all reserves, by indicator and measure. -#}
{%- set items = {
    'total': ['TFXRA', 'holdings'],
    'allocated': ['AFXRA', 'holdings'],
    'unallocated': ['UFXRA', 'holdings'],
    'imputed': ['TFXRA_IMP', 'share'],
} -%}

with

published as (
    select
        *,
        min(snapshot_known_at) over (partition by period_start) as first_known_at
    from {{ ref('stg_imf__cofer') }}
    where reporter = 'G001' and frequency = 'quarterly' and currency_kind = 'total'
)
{% for item, (indicator, measure) in items.items() %}
select
    dataset,
    '{{ item }}' as item,
    frequency,
    period_start,
    period_end,
    cast(holdings_usd * cast(0.000001 as decimal(7, 6)) as decimal(22, 8)) as holdings_usd_m,
    share_pct,
    snapshot,
    snapshot_known_at,
    snapshot_basis,
    due_at,
    -- What completes a release that is held in part is news, however old its period is.
    is_history and snapshot_known_at = first_known_at as is_history,
    origin,
    is_retracted
from published
where indicator = '{{ indicator }}' and measure = '{{ measure }}'
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

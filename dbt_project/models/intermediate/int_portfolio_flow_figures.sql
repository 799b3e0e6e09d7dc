{#- A publisher's flows join here: one line for its staging model. -#}
{%- set flows = [
    ref('stg_jp_mof__securities'),
    ref('stg_jp_mof__residents_by_sector'),
    ref('stg_jp_boj__portfolio_by_country'),
] -%}
{%- for flow in flows %}
select
    dataset,
    basis,
    direction,
    investor_sector,
    counterpart,
    asset_class,
    frequency,
    period_start,
    period_end,
    currency,
    acquisition_m,
    disposition_m,
    net_m,
    snapshot,
    snapshot_known_at,
    snapshot_basis,
    due_at,
    is_history,
    origin,
    is_retracted
from {{ flow }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

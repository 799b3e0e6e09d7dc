{# Dollars of foreign officials on each basis, and their changes. `positions` are positions by holder; `known` is
   the condition on the versions of what is in custody: those of now, or of a day. #}
{% macro official_dollar_holdings(positions, known) -%}
{#- Columns of change, and how many days before is the week that they compare with. -#}
{%- set changes = {'change': 7, 'change_4w': 28, 'change_13w': 91} -%}
with

positions as (
    select * from {{ positions }}
    where holder_kind = 'official'
),

custody as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ ref('custody_holdings_vintages') }}
    where {{ known }}
)

select
    case security_type
        when 'treasury' then 'tic_foreign_official'
        when 'long_term_securities' then 'tic_foreign_official_long_term'
    end as basis,
    'monthly' as frequency,
    period_start,
    period_end,
    'market value' as valuation,
    holdings_usd_m,
    change_usd_m,
    net_usd_m,
    valuation_change_usd_m,
    other_change_usd_m,
    cast(null as decimal(20, 2)) as change_4w_usd_m,
    cast(null as decimal(20, 2)) as change_13w_usd_m,
    method,
    dataset,
    known_at,
    known_at_basis,
    known_at_basis = 'scheduled' as rests_on_schedule,
    origin
from positions
where security_type in ('treasury', 'long_term_securities')
union all
select
    'fed_custody' as basis,
    'weekly' as frequency,
    custody.period_start,
    custody.period_end,
    'face value' as valuation,
    custody.holdings_usd_m,
    cast(custody.holdings_usd_m - of_change.holdings_usd_m as decimal(20, 2)) as change_usd_m,
    cast(null as decimal(20, 2)) as net_usd_m,
    cast(null as decimal(20, 2)) as valuation_change_usd_m,
    cast(null as decimal(20, 2)) as other_change_usd_m,
    {%- for change in ['change_4w', 'change_13w'] %}
    cast(custody.holdings_usd_m - of_{{ change }}.holdings_usd_m as decimal(20, 2)) as {{ change }}_usd_m,
    {%- endfor %}
    custody.method,
    custody.dataset,
    {{ known_of(['custody', 'of_change', 'of_change_4w', 'of_change_13w']) }}
from custody
{%- for change, days in changes.items() %}
left join custody as of_{{ change }} on custody.period_end = of_{{ change }}.period_end + {{ days }}
{%- endfor %}
{%- endmacro %}

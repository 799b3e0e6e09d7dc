{# Positions with the place of each net position among those of the 156 weeks that end with it: the share of the
   weeks, in per cent, with a net position no larger. Missing until the window is full. `known` is the condition on
   the versions: those of now, or of a day. #}
{% macro trader_positions(known) -%}
with

known as (
    select * from {{ ref('trader_positions_vintages') }}
    where {{ known }}
),

compared as (
    select
        known.contract_code,
        known.trader_group,
        known.period_end,
        count(*) as weeks,
        sum(case when earlier.net_contracts <= known.net_contracts then 1 else 0 end) as weeks_no_larger
    from known
    inner join known as earlier
        on
            known.contract_code = earlier.contract_code
            and known.trader_group = earlier.trader_group
            and earlier.period_end <= known.period_end
            and earlier.period_end > known.period_end - 1092
    group by known.contract_code, known.trader_group, known.period_end
)

select
    known.contract_code,
    known.subject,
    known.contract,
    known.trader_group,
    known.report_date,
    known.period_start,
    known.period_end,
    known.open_interest_contracts,
    known.long_contracts,
    known.short_contracts,
    known.spread_contracts,
    known.net_contracts,
    known.net_share_of_open_interest_pct,
    case
        when compared.weeks = 156
            then cast({{ quotient('100.0 * compared.weeks_no_larger', 'compared.weeks') }} as decimal(7, 4))
    end as net_percentile_3y,
    cast(compared.weeks as bigint) as weeks_compared,
    known.method,
    known.dataset,
    known.known_at,
    known.known_at_basis,
    known.origin
from known
inner join compared
    on
        known.contract_code = compared.contract_code
        and known.trader_group = compared.trader_group
        and known.period_end = compared.period_end
{%- endmacro %}

{# The composite and its components, from the marts that these come from: those of now, or as of a day. A
   component is scored against the quarters before it, by one method. #}
{% macro dedollarisation_composite(diversification, by_currency, gold, dollars) -%}
{%- set window = 12 -%}
{#- What is measured, its type, and whether more of it is away from the dollar (1) or towards it (-1). -#}
{%- set components = {
    'usd_active_flow': ['usd_m', 'decimal(20, 2)', -1],
    'nontraditional_share': ['pct', 'decimal(18, 10)', 1],
    'gold_change': ['tonnes', 'decimal(20, 6)', 1],
    'tic_official_net': ['usd_m', 'decimal(20, 2)', -1],
    'fed_custody_change_13w': ['usd_m', 'decimal(20, 2)', -1],
} -%}
{%- set version = 'method, dataset, known_at, known_at_basis, rests_on_schedule, origin' -%}
with

diversification as (
    select * from {{ diversification }}
),

by_currency as (
    select * from {{ by_currency }}
),

gold as (
    select * from {{ gold }}
),

dollars as (
    select * from {{ dollars }}
),

-- At the end of each quarter, where volume and value fit each other.
quarter_end_gold as (
    select
        *,
        cast(date_trunc('quarter', period_end) as date) as quarter_start
    from gold
    where
        dataset = 'imf/reserves'
        and area_kind = 'economy'
        and extract(month from period_end) in (3, 6, 9, 12)
        and is_price_plausible
),

-- Of the economies that reported at the end of the quarter before: others would look like purchases.
gold_of_economies as (
    select
        {{ dbt.dateadd('month', 3, 'before.quarter_start') }} as period_start,
        before.method,
        before.dataset,
        after.gold_tonnes - before.gold_tonnes as change_tonnes,
        {{ known_of(['before', 'after']) | indent(4) }}
    from quarter_end_gold as before
    left join quarter_end_gold as after
        on
            before.area = after.area
            and before.method = after.method
            and after.quarter_start = {{ dbt.dateadd('month', 3, 'before.quarter_start') }}
),

gold_changes as (
    select
        period_start,
        method,
        count(*) as economies_before,
        count(change_tonnes) as economies,
        sum(change_tonnes) as figure,
        max(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        max(origin) as origin
    from gold_of_economies
    group by period_start, method
),

tic as (
    select
        cast(date_trunc('quarter', period_start) as date) as period_start,
        sum(net_usd_m) as figure,
        method,
        max(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        max(origin) as origin
    from dollars
    where basis = 'tic_foreign_official'
    group by cast(date_trunc('quarter', period_start) as date), method
    having count(net_usd_m) = 3
),

custody_weeks as (
    select
        *,
        cast(date_trunc('quarter', period_end) as date) as quarter_start,
        row_number() over (
            partition by cast(date_trunc('quarter', period_end) as date) order by period_end desc
        ) as place_from_last
    from dollars
    where basis = 'fed_custody'
),

figures as (
    select
        'usd_active_flow' as component,
        period_start,
        cast(active_flow_usd_m as decimal(28, 10)) as figure,
        {{ version }}
    from by_currency
    where currency = 'USD'
    union all
    select
        'nontraditional_share' as component,
        period_start,
        cast(nontraditional_share_pct as decimal(28, 10)) as figure,
        {{ version }}
    from diversification
    union all
    select
        'gold_change' as component,
        cast(period_start as date) as period_start,
        cast(figure as decimal(28, 10)) as figure,
        {{ version }}
    from gold_changes
    -- Late reporters make no quarter of few sales.
    where 10 * economies >= 9 * economies_before
    union all
    select
        'tic_official_net' as component,
        period_start,
        cast(figure as decimal(28, 10)) as figure,
        {{ version }}
    from tic
    union all
    select
        'fed_custody_change_13w' as component,
        quarter_start as period_start,
        cast(change_13w_usd_m as decimal(28, 10)) as figure,
        {{ version }}
    from custody_weeks
    -- The quarter's last Wednesday.
    where
        place_from_last = 1
        and {{ dbt.dateadd('day', 7, 'period_end') }} >= {{ dbt.dateadd('month', 3, 'quarter_start') }}
),

-- Nothing is known of a quarter but what came before it.
beside as (
    select
        this.component,
        this.method,
        this.period_start,
        this.figure,
        this.dataset,
        this.known_at as figure_known_at,
        past.figure as past_figure,
        {{ known_of(['this', 'past']) | indent(4) }}
    from figures as this
    left join figures as past
        on
            this.component = past.component
            and this.method = past.method
            and this.period_start > past.period_start
            and past.period_start >= {{ dbt.dateadd('month', -3 * window, 'this.period_start') }}
    where this.figure is not null
),

compared as (
    select
        component,
        method,
        period_start,
        figure,
        max(dataset) as dataset,
        max(figure_known_at) as figure_known_at,
        count(past_figure) as quarters,
        case component
            {%- for component, (unit, type, direction) in components.items() %}
            when '{{ component }}' then {{ direction }}
            {%- endfor %}
        end as direction,
        cast(avg(past_figure) as decimal(28, 10)) as mean_before,
        cast(stddev_samp(past_figure) as decimal(28, 10)) as sd_before,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        max(origin) as origin
    from beside
    group by component, method, period_start, figure
),

-- A quarter that was published by two methods counts by the newer one.
scored as (
    select
        *,
        row_number() over (
            partition by component, period_start
            order by figure_known_at desc, method asc
        ) as place,
        case
            when quarters = {{ window }}
                then {{ quotient('(figure - mean_before) * direction', 'sd_before', 12, 4) }}
        end as zscore
    from compared
),

quarters as (
    select
        period_start,
        {%- for component, (unit, type, direction) in components.items() %}
        max(case when component = '{{ component }}' then figure end) as {{ component }},
        max(case when component = '{{ component }}' then zscore end) as {{ component }}_zscore,
        {%- endfor %}
        count(zscore) as available,
        sum(zscore) as total,
        min(zscore) as lowest,
        max(zscore) as highest,
        concat_ws(
            ', ',
            max(case when component in ('usd_active_flow', 'nontraditional_share') then dataset end),
            max(case when component = 'gold_change' then dataset end),
            max(case when component = 'tic_official_net' then dataset end),
            max(case when component = 'fed_custody_change_13w' then dataset end)
        ) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(case when rests_on_schedule then 1 else 0 end) = 1 as rests_on_schedule,
        max(origin) as origin
    from scored
    where place = 1
    group by period_start
)

select
    'quarterly' as frequency,
    period_start,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 3, 'period_start')) }} as date) as period_end,
    {%- for component, (unit, type, direction) in components.items() %}
    cast({{ component }} as {{ type }}) as {{ component }}_{{ unit }},
    {{ component }}_zscore as {{ component }}_{{ 'turned_' if direction < 0 }}zscore,
    {%- endfor %}
    cast(100 / {{ components | length }} as decimal(5, 2)) as component_weight_pct,
    cast(available as bigint) as components_available,
    -- All or nothing: a mean of fewer is another composite.
    case
        when available = {{ components | length }}
            then {{ quotient('total', components | length, 12, 4) }}
    end as composite_mean_zscore,
    case
        when available = {{ components | length }}
            then {{ quotient('(total - highest)', components | length - 1, 12, 4) }}
    end as composite_leave_one_out_min,
    case
        when available = {{ components | length }}
            then {{ quotient('(total - lowest)', components | length - 1, 12, 4) }}
    end as composite_leave_one_out_max,
    dataset,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from quarters
{%- endmacro %}

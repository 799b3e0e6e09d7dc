{# What the flows of a series say beside each other: sums of windows, places, records, how unusual, both
   classes at once.

   `flows` is a relation with the columns of flows.portfolio_flows. `worlds` names further columns of it that
   keep apart what knows nothing of each other, such as the same flows as known on several days: they are part
   of every key. A window is a span of time; its figure is missing unless each period of the span is there. #}
{% macro flow_signals(flows, worlds=[]) -%}
{%- set pair = worlds + ['basis', 'direction', 'investor_sector', 'counterpart'] -%}
{%- set series = pair + ['asset_class'] -%}
{%- set by_series = 'partition by basis, series_number' -%}
{%- set in_order = by_series ~ ' order by period_start' -%}
{%- set to_date = in_order ~ ' rows between unbounded preceding and current row' -%}
{%- set before = in_order ~ ' rows between unbounded preceding and 1 preceding' -%}
{%- set after = in_order ~ ' rows between 1 following and unbounded following' -%}
{%- set months_before -%}
    {{ in_order }} range between interval '60' month preceding and interval '1' month preceding
{%- endset -%}
{%- set years_before -%}
    {{ by_series }}, extract(month from period_start)
    order by period_start range between interval '20' year preceding and interval '1' year preceding
{%- endset -%}
{%- set year_to_date = by_series ~ ', extract(year from period_start) order by period_start' -%}
{%- set fiscal_year_to_date = by_series ~ ', fiscal_year order by period_start' -%}
with

weeks_and_months as (
    select
        *,
        -- One number for what five names or more tell apart: joined and sorted in a fifth of the time.
        dense_rank() over (partition by basis order by {{ series | join(', ') }}) as series_number
    from {{ flows }}
    where frequency in ('weekly', 'monthly')
),

flows as (
    select
        *,
        case when frequency = 'monthly' then cast(net_m as decimal(24, 6)) end as monthly_net_m,
        -- Named after the year in which it begins, in April.
        extract(year from period_start) - case when extract(month from period_start) < 4 then 1 else 0 end
            as fiscal_year,
        lag(method) over ({{ in_order }}) as method_before
    from weeks_and_months
),

windows as (
    select
        *,
        {%- for count, back, unit, name in [
            (4, 21, 'day', '4w'), (13, 84, 'day', '13w'), (52, 357, 'day', '52w'),
            (3, 2, 'month', '3m'), (12, 11, 'month', '12m'),
        ] %}
        {%- set window -%}
            {{ in_order }} range between interval '{{ back }}' {{ unit }} preceding and current row
        {%- endset %}
        case
            when
                frequency = '{{ 'weekly' if unit == 'day' else 'monthly' }}'
                and count(*) over ({{ window }}) = {{ count }}
                then sum(net_m) over ({{ window }})
        end as net_{{ name }}_m,
        {%- endfor %}
        case
            when
                frequency = 'monthly'
                and count(*) over ({{ year_to_date }}) = extract(month from period_start)
                then sum(net_m) over ({{ year_to_date }})
        end as net_calendar_ytd_m,
        case
            when
                frequency = 'monthly'
                and count(*) over ({{ fiscal_year_to_date }})
                = mod(extract(month from period_start) + 8, 12) + 1
                then sum(net_m) over ({{ fiscal_year_to_date }})
        end as net_fiscal_ytd_m,
        frequency = 'monthly' and count(*) over ({{ months_before }}) = 60 as has_60_months_before,
        cast(avg(net_m) over ({{ months_before }}) as decimal(24, 6)) as mean_60m,
        cast(stddev_samp(net_m) over ({{ months_before }}) as decimal(24, 6)) as sd_60m,
        case
            when frequency = 'monthly' and count(*) over ({{ years_before }}) = 20
                then {{ quotient('sum(net_m) over (' ~ years_before ~ ')', 20, 22, 2) }}
        end as seasonal_mean_20y_m,
        max(case when method <> method_before then period_start end) over ({{ to_date }}) as method_changed,
        min(period_start) over ({{ by_series }}) as first_start,
        count(*) over ({{ to_date }}) as periods_to_date,
        count(*) over ({{ by_series }}) as periods,
        rank() over ({{ by_series }} order by net_m desc) as rank_of_all,
        coalesce(net_m > max(net_m) over ({{ before }}), false) as was_record,
        coalesce(net_m < min(net_m) over ({{ before }}), false) as was_record_low,
        max(known_at) over ({{ to_date }}) as to_date_known_at,
        {{ newest_basis(' over (' ~ to_date ~ ')') | indent(4) }} as to_date_known_at_basis,
        max(known_at_basis) over ({{ to_date }}) = 'scheduled' as to_date_rests_on_schedule,
        max(origin) over ({{ to_date }}) as to_date_origin
    from flows
),

-- What beats a record is the next one: nothing between them is larger than it.
records as (
    select
        *,
        case when was_record then min(case when was_record then period_end end) over ({{ after }}) end
            as beaten_by_period_end
    from windows
),

-- Each period beside those up to it. Only months have percentiles and medians, which cost the most.
places as (
    select
        flows.basis,
        flows.series_number,
        flows.period_start,
        sum(case when earlier.net_m > flows.net_m then 1 else 0 end) as larger_to_date,
        percentile_disc(0.9) within group (order by earlier.monthly_net_m) as p90_to_date_m
    from flows
    inner join flows as earlier
        on
            flows.basis = earlier.basis
            and flows.series_number = earlier.series_number
            and flows.period_start >= earlier.period_start
    group by flows.basis, flows.series_number, flows.period_start
),

medians as (
    select
        windows.basis,
        windows.series_number,
        windows.period_start,
        percentile_cont(0.5) within group (order by earlier.monthly_net_m) as median_60m
    from windows
    inner join flows as earlier
        on
            windows.basis = earlier.basis
            and windows.series_number = earlier.series_number
            and windows.period_start > earlier.period_start
            and windows.period_start <= earlier.period_start + interval '60' month
    where windows.has_60_months_before
    group by windows.basis, windows.series_number, windows.period_start
),

deviations as (
    select
        medians.basis,
        medians.series_number,
        medians.period_start,
        medians.median_60m,
        percentile_cont(0.5) within group (order by abs(earlier.monthly_net_m - medians.median_60m))
            as median_deviation_60m
    from medians
    inner join flows as earlier
        on
            medians.basis = earlier.basis
            and medians.series_number = earlier.series_number
            and medians.period_start > earlier.period_start
            and medians.period_start <= earlier.period_start + interval '60' month
    group by medians.basis, medians.series_number, medians.period_start, medians.median_60m
),

signals as (
    select
        records.*,
        1 + places.larger_to_date as rank_to_date,
        -- A place among a few months says nothing: with one alone it would be its own.
        case when records.periods_to_date >= 60 then places.p90_to_date_m end as p90_to_date_m,
        deviations.median_60m,
        deviations.median_deviation_60m,
        coalesce(records.method_changed, records.first_start) as method_since
    from records
    inner join places
        on
            records.basis = places.basis
            and records.series_number = places.series_number
            and records.period_start = places.period_start
    left join deviations
        on
            records.basis = deviations.basis
            and records.series_number = deviations.series_number
            and records.period_start = deviations.period_start
),

both_classes as (
    select
        {{ pair | join(',\n        ') }},
        'equity_and_long_term_debt' as asset_class,
        period_start,
        min(net_m) > 0 as is_joint_buying,
        -- Missing where one of the percentiles is.
        case when count(p90_to_date_m) = 2 then min(net_m - p90_to_date_m) >= 0 end as is_strong_joint_buying,
        max(to_date_known_at) as to_date_known_at,
        {{ newest_basis(known_at='to_date_known_at', basis='to_date_known_at_basis') | indent(4) }}
            as to_date_known_at_basis,
        max(case when to_date_rests_on_schedule then 1 else 0 end) = 1 as to_date_rests_on_schedule,
        max(to_date_origin) as to_date_origin
    from signals
    where frequency = 'monthly' and asset_class in ('equity', 'long_term_debt')
    group by {{ pair | join(', ') }}, period_start
    having count(*) = 2
),

joint_buying as (
    select
        *,
        {%- set months_to_date -%}
            partition by {{ pair | join(', ') }}
            order by period_start rows between unbounded preceding and current row
        {%- endset %}
        {%- for flag in ['is_joint_buying', 'is_strong_joint_buying'] %}
        {{ quotient(
            '100.0 * sum(case when ' ~ flag ~ ' then 1 else 0 end) over (' ~ months_to_date ~ ')',
            'count(' ~ flag ~ ') over (' ~ months_to_date ~ ')', 9, 4,
        ) }} as {{ flag | replace('is_', '') }}_base_rate_pct{{ ',' if not loop.last }}
        {%- endfor %}
    from both_classes
)

select
    {%- for column in series %}
    signals.{{ column }},
    {%- endfor %}
    signals.frequency,
    signals.period_start,
    signals.period_end,
    signals.currency,
    signals.net_m,
    signals.net_usd_m,
    {{ quotient('100 * signals.net_m', '(signals.acquisition_m + signals.disposition_m)', 12, 4) }}
        as net_to_gross_pct,
    {%- for name in ['4w', '13w', '52w', '3m', '12m', 'calendar_ytd', 'fiscal_ytd'] %}
    cast(signals.net_{{ name }}_m as decimal(22, 2)) as net_{{ name }}_m,
    {%- endfor %}
    case
        when signals.has_60_months_before
            then {{ quotient('(signals.net_m - signals.mean_60m)', 'signals.sd_60m', 18, 4) }}
    end as zscore_60m,
    {{ quotient('(signals.net_m - signals.median_60m)', '(1.4826 * signals.median_deviation_60m)', 18, 4) }}
        as robust_zscore_60m,
    signals.seasonal_mean_20y_m,
    case
        when signals.seasonal_mean_20y_m > 0
            then {{ quotient('signals.net_m', 'signals.seasonal_mean_20y_m', 18, 4) }}
    end as seasonal_ratio_20y,
    cast(signals.rank_to_date as bigint) as rank_to_date,
    signals.periods_to_date,
    {{ quotient(
        '100.0 * (signals.periods_to_date - signals.rank_to_date + 1)', 'signals.periods_to_date', 9, 4,
    ) }} as percentile_to_date,
    cast(signals.p90_to_date_m as decimal(20, 2)) as p90_to_date_m,
    signals.rank_of_all as rank,
    signals.periods,
    signals.was_record,
    signals.was_record and signals.beaten_by_period_end is null as is_record,
    signals.beaten_by_period_end,
    signals.was_record_low,
    joint_buying.is_joint_buying,
    joint_buying.joint_buying_base_rate_pct,
    joint_buying.is_strong_joint_buying,
    joint_buying.strong_joint_buying_base_rate_pct,
    signals.method,
    signals.method_since,
    signals.has_60_months_before and signals.method_since > signals.period_start - interval '60' month
        as zscore_mixes_methods,
    signals.seasonal_mean_20y_m is not null
    and signals.method_since > signals.period_start - interval '20' year as seasonal_mixes_methods,
    signals.method_since > signals.first_start as rank_mixes_methods,
    signals.dataset,
    {{ known_of(['signals', 'joint_buying'], prefix='to_date_') }}
from signals
left join joint_buying
    on
        {%- for column in series %}
        signals.{{ column }} = joint_buying.{{ column }} and
        {%- endfor %}
        signals.period_start = joint_buying.period_start
{%- endmacro %}

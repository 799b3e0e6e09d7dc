{#- Holders that are several published ones together, by TIC's codes: China (41408) and Belgium (10251). -#}
{%- set together = {'china_and_belgium': ['China, Mainland and Belgium', ['41408', '10251']]} -%}
{%- set key = 'holder, security_type, period_start, period_end' -%}
{%- set figures = ['holdings_usd_m', 'change_usd_m', 'net_usd_m', 'valuation_change_usd_m'] -%}

with

versions as (
    select * from {{ ref('int_holder_position_versions') }}
),

-- What each holder consists of: itself, or several.
members as (
    select distinct
        holder as member,
        holder,
        cast(null as {{ dbt.type_string() }}) as name_together,
        1 as members
    from versions
    {%- for holder, (name, codes) in together.items() %}
    {%- for code in codes %}
    union all
    select
        '{{ code }}' as member,
        '{{ holder }}' as holder,
        '{{ name }}' as name_together,
        {{ codes | length }} as members
    {%- endfor %}
    {%- endfor %}
),

-- A month's split needs the month's figures and the holdings of the month before.
of_month as (
    select
        members.holder,
        members.name_together,
        members.members,
        versions.holder_name,
        versions.holder_kind,
        versions.security_type,
        versions.period_start,
        versions.period_end,
        versions.dataset,
        versions.method,
        versions.holdings_usd_m,
        cast(null as decimal(20, 4)) as holdings_before,
        versions.net_usd_m,
        versions.valuation_change_usd_m,
        versions.valid_from,
        versions.valid_to,
        versions.known_at_basis,
        versions.origin
    from versions
    inner join members on versions.holder = members.member
),

of_month_before as (
    select
        holder,
        name_together,
        members,
        cast(null as {{ dbt.type_string() }}) as holder_name,
        cast(null as {{ dbt.type_string() }}) as holder_kind,
        security_type,
        cast({{ dbt.dateadd('day', 1, 'period_end') }} as date) as period_start,
        cast(
            {{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, dbt.dateadd('day', 1, 'period_end'))) }} as date
        ) as period_end,
        cast(null as {{ dbt.type_string() }}) as dataset,
        cast(null as {{ dbt.type_string() }}) as method,
        cast(null as decimal(20, 4)) as holdings_usd_m,
        holdings_usd_m as holdings_before,
        cast(null as decimal(20, 4)) as net_usd_m,
        cast(null as decimal(20, 4)) as valuation_change_usd_m,
        valid_from,
        valid_to,
        known_at_basis,
        origin
    from of_month
),

inputs as (
    select * from of_month
    union all
    select * from of_month_before
),

-- When any input of a row began or ended: between two of these moments nothing changes.
moments as (
    select {{ key }}, valid_from as moment from inputs
    union distinct
    select {{ key }}, valid_to as moment from inputs
    where valid_to is not null
),

known as (
    select
        moments.holder,
        moments.security_type,
        moments.period_start,
        moments.period_end,
        moments.moment,
        coalesce(max(inputs.name_together), max(inputs.holder_name)) as holder_name,
        case when max(inputs.members) > 1 then 'assumption' else max(inputs.holder_kind) end as holder_kind,
        max(inputs.dataset) as dataset,
        max(inputs.method) as method,
        {%- for figure in ['holdings_usd_m', 'holdings_before', 'net_usd_m', 'valuation_change_usd_m'] %}
        -- Several together have a figure where each has one.
        case
            when count(inputs.{{ figure }}) = max(inputs.members) then sum(inputs.{{ figure }})
        end as {{ figure }},
        {%- endfor %}
        -- Of what began then; of two, `scheduled` is the weaker basis and the later in the alphabet.
        coalesce(
            max(case when inputs.valid_from = moments.moment then inputs.known_at_basis end),
            max(inputs.known_at_basis)
        ) as known_at_basis,
        coalesce(
            max(case when inputs.valid_from = moments.moment then inputs.origin end), max(inputs.origin)
        ) as origin
    from moments
    left join inputs
        on
            moments.holder = inputs.holder
            and moments.security_type = inputs.security_type
            and moments.period_start = inputs.period_start
            and moments.moment >= inputs.valid_from
            -- Not `or valid_to is null`, which an outer join compares row by row.
            and moments.moment < coalesce(inputs.valid_to, timestamp '9999-12-31 00:00:00')
    group by
        moments.holder, moments.security_type, moments.period_start, moments.period_end, moments.moment
),

split as (
    select
        *,
        holdings_usd_m - holdings_before as change_usd_m
    from known
),

compared as (
    select
        *,
        {%- for figure in figures %}
        lag({{ figure }}) over (partition by {{ key }} order by moment) as {{ figure }}_last,
        {%- endfor %}
        row_number() over (partition by {{ key }} order by moment) as place
    from split
),

changed as (
    select
        *,
        lead(moment) over (partition by {{ key }} order by moment) as next_moment
    from compared
    where
        place = 1
        {%- for figure in figures %}
        or {{ figure }} is distinct from {{ figure }}_last
        {%- endfor %}
)

select
    holder,
    holder_name,
    holder_kind,
    security_type,
    period_start,
    period_end,
    cast(holdings_usd_m as decimal(20, 2)) as holdings_usd_m,
    cast(change_usd_m as decimal(20, 2)) as change_usd_m,
    cast(net_usd_m as decimal(20, 2)) as net_usd_m,
    cast(valuation_change_usd_m as decimal(20, 2)) as valuation_change_usd_m,
    cast(change_usd_m - net_usd_m - valuation_change_usd_m as decimal(20, 2)) as other_change_usd_m,
    method,
    dataset,
    moment as known_at,
    moment as valid_from,
    next_moment as valid_to,
    known_at_basis,
    origin
from changed
-- Nothing of the month itself was known before its first version, or after its last one ended.
where coalesce(holdings_usd_m, net_usd_m, valuation_change_usd_m) is not null

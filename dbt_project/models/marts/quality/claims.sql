with

claims as (
    select * from {{ ref('claims_made') }}
),

figures as (
    {%- for subject in ['flow', 'reserve', 'position', 'survey'] %}
    select
        claim_id,
        world,
        figure,
        {{ 'rank' if subject in ['flow', 'position'] else 'cast(null as bigint)' }} as rank,
        {{ 'periods' if subject in ['flow', 'position'] else 'cast(null as bigint)' }} as periods,
        {{ 'beaten_by_period_end' if subject in ['flow', 'position'] else 'cast(null as date)' }}
            as beaten_by_period_end,
        dataset,
        known_at,
        known_at_basis,
        origin,
        {{ 'is_redistributable' if subject == 'survey' else 'true' }} as is_redistributable
    from {{ ref('int_claim_' ~ subject ~ '_figures') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

beside as (
    select
        claims.*,
        {{ quotient('past.figure', 'claims.divisor', 24, 6) }} as figure_then,
        {{ quotient('today.figure', 'claims.divisor', 24, 6) }} as figure_now,
        past.rank as rank_then,
        past.periods as periods_then,
        today.rank as rank_now,
        today.periods as periods_now,
        today.beaten_by_period_end,
        coalesce(past.dataset, today.dataset) as dataset,
        past.known_at,
        past.known_at_basis,
        today.known_at as known_at_now,
        today.known_at_basis as known_at_basis_now,
        past.origin as origin_then,
        today.origin as origin_now,
        coalesce(past.is_redistributable, true)
        and coalesce(today.is_redistributable, true) as is_redistributable
    from claims
    left join figures as past on claims.claim_id = past.claim_id and past.world = 'then'
    left join figures as today on claims.claim_id = today.claim_id and today.world = 'now'
),

judged as (
    select
        *,
        {{ verdict('figure_then', 'origin_then') | indent(8) }} as verdict,
        {{ verdict('figure_now', 'origin_now') | indent(8) }} as verdict_now
    from beside
),

sentences as (
    select
        *,
        'Claimed: '
        || case comparison when 'about' then '' else replace(comparison, '_', ' ') || ' ' end
        || {{ in_words('claimed_value', 6) }}
        || case when tolerance > 0 then ', give or take ' || {{ in_words('tolerance', 6) }} else '' end
        || ' (' || unit || '). ' as claimed,
        'Known then: ' || coalesce({{ in_words('figure_then') }}, 'none held')
        || '. Known now: ' || coalesce({{ in_words('figure_now') }}, 'none held') || '.' as known,
        coalesce(
            ' Rank ' || {{ in_words('rank_then') }} || ' of ' || {{ in_words('periods_then') }} || ' then, '
            || {{ in_words('rank_now') }} || ' of ' || {{ in_words('periods_now') }} || ' now'
            || coalesce('; beaten by ' || {{ dbt.cast('beaten_by_period_end', dbt.type_string()) }}, '')
            || '.',
            ''
        ) as ranks,
        case
            when known_at_basis = 'scheduled'
                then ' The figure then is older than the first file held: another may have been printed.'
            else ''
        end as basis_of_then
    from judged
)

select
    topic,
    claim_id,
    claim,
    verdict,
    verdict_now,
    case verdict
        when 'cannot_be_tested' then cannot_be_tested
        when 'not_tested_on_sample_figures' then 'The figure is made up, and says nothing of the claim.'
        else claimed || known || ranks || basis_of_then
    end as why,
    note,
    claimed_value,
    tolerance,
    comparison,
    figure_then,
    figure_now,
    unit,
    rank_then,
    periods_then,
    rank_now,
    periods_now,
    beaten_by_period_end,
    mart,
    series,
    measure,
    period_start,
    period_end,
    claimed_in,
    source_url,
    claimed_on,
    as_of,
    dataset,
    known_at,
    known_at_basis,
    known_at_now,
    known_at_basis_now,
    coalesce(origin_then, origin_now) as origin,
    is_redistributable
from sentences

with

claims as (
    select * from {{ ref('int_claim_worlds') }}
    where mart = 'surveys.readings'
),

readings as (
    {{ survey_readings('true', ref('int_claim_readings'), ['known_on']) | indent(4) }}
),

-- Each claim beside the other answers to its question.
beside as (
    select
        claims.claim_id,
        claims.world,
        claims.measure,
        claims.series
        = readings.survey_id || '/' || readings.question_id || '/' || readings.answer || '/' || readings.unit
            as is_claimed,
        readings.unit,
        readings.reading,
        readings.is_redistributable,
        readings.dataset,
        readings.known_at,
        readings.known_at_basis,
        readings.file_origin
    from claims
    inner join readings
        on
            claims.known_on = readings.known_on
            and position(readings.survey_id || '/' || readings.question_id || '/' in claims.series) = 1
            and claims.period_start = readings.period_start
            and claims.period_end = readings.period_end
            and readings.is_chosen
),

places as (
    select
        claimed.claim_id,
        claimed.world,
        1 + sum(case when beside.reading > claimed.reading then 1 else 0 end) as rank,
        -- What answers that are not held can have at most.
        100 - sum(beside.reading) as left_pct,
        min(case when beside.is_redistributable then 1 else 0 end) = 1 as is_redistributable
    from beside as claimed
    inner join beside
        on
            claimed.claim_id = beside.claim_id
            and claimed.world = beside.world
            and claimed.unit = beside.unit
    where claimed.is_claimed and claimed.unit = 'pct_of_respondents'
    group by claimed.claim_id, claimed.world
)

select
    claimed.claim_id,
    claimed.world,
    cast(
        case claimed.measure
            when 'reading' then claimed.reading
            when 'rank_of_answer' then case when places.left_pct < claimed.reading then places.rank end
        end as decimal(28, 10)
    ) as figure,
    claimed.dataset,
    claimed.known_at,
    claimed.known_at_basis,
    claimed.file_origin as origin,
    claimed.is_redistributable and coalesce(places.is_redistributable, true) as is_redistributable
from beside as claimed
left join places on claimed.claim_id = places.claim_id and claimed.world = places.world
where claimed.is_claimed

{%- set key = 'survey_id, survey_period, question_id, lower(answer), unit' -%}

with

readings as (
    select * from {{ ref('readings') }}
    where reading is not null
),

compared as (
    select
        *,
        max(reading) over (partition by {{ key }}) - min(reading) over (partition by {{ key }}) as spread,
        count(*) over (partition by {{ key }}) as readings,
        -- The spread tells what the licensed reading is: all rows of the conflict stay here.
        min(case when is_redistributable then 1 else 0 end) over (partition by {{ key }}) = 1
            as is_conflict_redistributable
    from readings
)

select
    survey_id,
    survey,
    survey_period,
    period_start,
    period_end,
    question_id,
    question,
    answer,
    unit,
    reading,
    cast(spread as decimal(12, 4)) as spread,
    readings,
    source_name,
    source_url,
    source_date,
    published_date,
    origin,
    confidence,
    note,
    is_chosen,
    is_conflict_redistributable as is_redistributable,
    dataset,
    part,
    known_at,
    known_at_basis,
    file_origin
from compared
where spread > 0

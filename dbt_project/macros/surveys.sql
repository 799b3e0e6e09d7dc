{# Readings, with the one to use of each question. `known` is the condition on the versions: those of now, or of a
   day. `worlds` names further columns of `versions` that keep worlds apart which know nothing of each other. #}
{% macro survey_readings(known, versions=ref('readings_vintages'), worlds=[]) -%}
{%- set question = worlds + ['survey_id', 'survey_period', 'question_id', 'lower(answer)', 'unit'] -%}
with

known as (
    select * from {{ versions }}
    where {{ known }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ question | join(', ') }}
            order by
                precedence asc,
                coalesce(source_date, published_date, cast('1900-01-01' as date)) desc,
                source_name asc,
                dataset asc,
                -- A file that corrects another goes before it from its own time on.
                known_at desc,
                part asc,
                answer asc
        ) as place
    from known
)

select
    {%- for world in worlds %}
    {{ world }},
    {%- endfor %}
    survey_id,
    survey,
    survey_period,
    frequency,
    period_start,
    period_end,
    question_id,
    question,
    answer,
    unit,
    reading,
    reading_text,
    n_respondents,
    aum_usd_bn,
    fieldwork_start,
    fieldwork_end,
    published_date,
    source_name,
    source_url,
    source_date,
    origin,
    confidence,
    note,
    place = 1 as is_chosen,
    is_redistributable,
    dataset,
    part,
    known_at,
    known_at_basis,
    file_origin
from ranked
{%- endmacro %}

{# Readings that differ from another one of the same question, from a relation with the columns of
   `surveys.readings`. #}
{% macro survey_conflicts(readings) -%}
{%- set key = 'survey_id, survey_period, question_id, lower(answer), unit' -%}
with

readings as (
    select * from {{ readings }}
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
{%- endmacro %}

{%- set reading = 'dataset, part, survey_id, survey_period, question_id, answer, unit, source_name' -%}

with

readings as (
    select * from {{ ref('stg_surveys__readings') }}
),

surveys as (
    select * from {{ ref('surveys') }}
),

questions as (
    select * from {{ ref('survey_questions') }}
),

origins as (
    select
        term,
        place
    from {{ ref('survey_terms') }}
    where column_name = 'origin'
),

confidences as (
    select
        term,
        place
    from {{ ref('survey_terms') }}
    where column_name = 'confidence'
),

compared as (
    select
        *,
        row_number() over (partition by {{ reading }} order by snapshot) as place_from_first,
        row_number() over (partition by {{ reading }} order by snapshot desc) as place_from_last,
        lag(reading) over (partition by {{ reading }} order by snapshot) as reading_before,
        lag(reading_text) over (partition by {{ reading }} order by snapshot) as reading_text_before,
        lag(is_retracted) over (partition by {{ reading }} order by snapshot) as was_retracted
    from readings
),

-- Another note on the same figure is no new figure.
marked as (
    select
        *,
        case
            when
                place_from_first > 1
                and (
                    was_retracted
                    or reading is distinct from reading_before
                    or reading_text is distinct from reading_text_before
                )
                then snapshot_known_at
        end as corrected_at
    from compared
),

versions as (
    select
        *,
        min(snapshot_known_at) over (partition by {{ reading }}) as first_known_at,
        max(corrected_at) over (partition by {{ reading }}) as last_corrected_at,
        coalesce(source_date, published_date) as printed_on,
        cast(coalesce(published_date, source_date, period_end) as timestamp) as day_of_print
    from marked
),

-- A correction counts from the file that brought it. Of a day nobody knows the hour: its last second.
dated as (
    select
        *,
        case
            when last_corrected_at is not null then snapshot_basis
            when published_date is not null then 'published'
            when source_date is not null then 'source'
            when first_known_at is not null then snapshot_basis
            else 'assumed'
        end as known_at_basis,
        case
            when last_corrected_at is not null then last_corrected_at
            when printed_on is null and first_known_at is not null then first_known_at
            else {{ dbt.dateadd('second', 86399, 'day_of_print') }}
        end as known_at
    from versions
    where place_from_last = 1 and not is_retracted
),

ranked as (
    select
        dated.*,
        row_number() over (
            partition by
                dated.survey_id, dated.survey_period, dated.question_id, lower(dated.answer), dated.unit
            order by
                origins.place asc,
                confidences.place asc,
                coalesce(dated.printed_on, cast('1900-01-01' as date)) desc,
                dated.source_name asc,
                dated.dataset asc,
                dated.part asc,
                dated.answer asc
        ) as place
    from dated
    left join origins on dated.origin = origins.term
    left join confidences on dated.confidence = confidences.term
)

select
    ranked.survey_id,
    surveys.title as survey,
    ranked.survey_period,
    ranked.frequency,
    ranked.period_start,
    ranked.period_end,
    ranked.question_id,
    questions.question,
    ranked.answer,
    ranked.unit,
    ranked.reading,
    ranked.reading_text,
    ranked.n_respondents,
    ranked.aum_usd_bn,
    ranked.fieldwork_start,
    ranked.fieldwork_end,
    ranked.published_date,
    ranked.source_name,
    ranked.source_url,
    ranked.source_date,
    ranked.origin,
    ranked.confidence,
    ranked.note,
    ranked.place = 1 as is_chosen,
    ranked.origin <> 'licensed' as is_redistributable,
    ranked.dataset,
    ranked.part,
    ranked.known_at,
    ranked.known_at_basis,
    ranked.file_origin
from ranked
left join surveys on ranked.survey_id = surveys.survey_id
left join questions on ranked.survey_id = questions.survey_id and ranked.question_id = questions.question_id

with

versions as (
    select * from {{ ref('int_survey_reading_versions') }}
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
)

select
    versions.survey_id,
    surveys.title as survey,
    versions.survey_period,
    versions.frequency,
    versions.period_start,
    versions.period_end,
    versions.question_id,
    questions.question,
    versions.answer,
    versions.unit,
    versions.reading,
    versions.reading_text,
    versions.n_respondents,
    versions.aum_usd_bn,
    versions.fieldwork_start,
    versions.fieldwork_end,
    versions.published_date,
    versions.source_name,
    versions.source_url,
    versions.source_date,
    versions.origin,
    versions.confidence,
    10 * origins.place + confidences.place as precedence,
    versions.note,
    versions.origin <> 'licensed' as is_redistributable,
    versions.dataset,
    versions.part,
    versions.valid_from as known_at,
    versions.valid_from,
    versions.valid_to,
    versions.known_at_basis,
    versions.file_origin
from versions
left join surveys on versions.survey_id = surveys.survey_id
left join questions
    on versions.survey_id = questions.survey_id and versions.question_id = questions.question_id
left join origins on versions.origin = origins.term
left join confidences on versions.confidence = confidences.term

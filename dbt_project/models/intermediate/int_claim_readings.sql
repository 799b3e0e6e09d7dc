with

asked as (
    select distinct
        known_on,
        series
    from {{ ref('int_claim_worlds') }}
    where mart = 'surveys.readings'
),

versions as (
    select * from {{ ref('readings_vintages') }}
),

-- All answers to a question, as one has its place among them.
questions as (
    select distinct
        asked.known_on,
        versions.survey_id,
        versions.question_id
    from asked
    inner join versions
        on position(versions.survey_id || '/' || versions.question_id || '/' in asked.series) = 1
)

select
    questions.known_on,
    versions.*
from questions
inner join versions
    on questions.survey_id = versions.survey_id and questions.question_id = versions.question_id
where {{ was_known('questions.known_on') }}

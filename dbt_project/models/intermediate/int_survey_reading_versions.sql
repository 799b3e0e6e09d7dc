{%- set reading = 'dataset, part, survey_id, survey_period, question_id, answer, unit, source_name' -%}
{#- What says whose reading it is, and from when: the choice between readings rests on it. -#}
{%- set ranking = ['origin', 'confidence', 'published_date', 'source_date'] -%}

with

readings as (
    select * from {{ ref('stg_surveys__readings') }}
),

compared as (
    select
        *,
        row_number() over (partition by {{ reading }} order by snapshot) as place,
        lag(reading) over (partition by {{ reading }} order by snapshot) as reading_before,
        lag(reading_text) over (partition by {{ reading }} order by snapshot) as reading_text_before,
        {%- for column in ranking %}
        lag({{ column }}) over (partition by {{ reading }} order by snapshot) as {{ column }}_before,
        {%- endfor %}
        lag(is_retracted) over (partition by {{ reading }} order by snapshot) as was_retracted,
        min(snapshot_known_at) over (
            partition by dataset, survey_id, survey_period, question_id, lower(answer), unit, source_name
        ) as first_file_known_at
    from readings
),

-- Another note on the same figure is no new figure.
marked as (
    select
        *,
        case
            when
                place = 1
                or (
                    is_retracted <> was_retracted
                    or reading is distinct from reading_before
                    or reading_text is distinct from reading_text_before
                    {%- for column in ranking %}
                    or {{ column }} is distinct from {{ column }}_before
                    {%- endfor %}
                )
                then 1
            else 0
        end as begins
    from compared
),

numbered as (
    select
        *,
        sum(begins) over (
            partition by {{ reading }} order by snapshot rows between unbounded preceding and current row
        ) as version
    from marked
),

-- Of rows with the same figure the last one says what it is, and the first one when its file came.
versions as (
    select
        *,
        min(snapshot_known_at) over (partition by {{ reading }}, version) as file_known_at,
        first_value(snapshot_basis) over (partition by {{ reading }}, version order by snapshot)
            as file_basis,
        row_number() over (partition by {{ reading }}, version order by snapshot desc) as place_from_last,
        -- What others print may be corrected after the survey came out: it is known from their day.
        origin in ('press', 'inferred') and source_date > published_date as is_of_source
    from numbered
),

placed as (
    select
        *,
        -- A correction, in the same file or another, counts from the file that brought it.
        version > 1 or coalesce(file_known_at > first_file_known_at, false) as is_correction,
        cast(
            case when is_of_source then source_date else coalesce(published_date, source_date, period_end) end
            as timestamp
        ) as day_of_print
    from versions
    where place_from_last = 1
),

-- Of a day nobody knows the hour: its last second.
dated as (
    select
        *,
        case
            when is_correction then file_basis
            when is_of_source then 'source'
            when published_date is not null then 'published'
            when source_date is not null then 'source'
            when file_known_at is not null then file_basis
            else 'assumed'
        end as known_at_basis,
        case
            when is_correction then file_known_at
            when coalesce(published_date, source_date) is null and file_known_at is not null
                then file_known_at
            else {{ dbt.dateadd('second', 86399, 'day_of_print') }}
        end as valid_from
    from placed
),

ended as (
    select
        *,
        lead(valid_from) over (partition by {{ reading }} order by version) as valid_to
    from dated
)

select
    dataset,
    part,
    survey_id,
    survey_period,
    frequency,
    period_start,
    period_end,
    question_id,
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
    valid_from,
    valid_to,
    known_at_basis,
    file_origin
from ended
-- What was corrected before the day that its survey came out was never known.
where not is_retracted and valid_from < coalesce(valid_to, timestamp '9999-12-31 00:00:00')

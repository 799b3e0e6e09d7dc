{%- set seeds = ['survey_readings_bofa', 'survey_readings_reserve_managers'] -%}
{%- set columns = [
    'survey_id', 'survey_period', 'fieldwork_start', 'fieldwork_end', 'published_date', 'question_id', 'answer',
    'reading', 'unit', 'n_respondents', 'aum_usd_bn', 'source_name', 'source_url', 'source_date', 'note',
] | join(', ') -%}
{%- set last_month = "cast(substr(survey_period || '-12', 1, 7) || '-01' as date)" -%}

with

inbox as (
    select * from {{ source('surveys', 'inbox') }}
),

-- Of what lies in the inbox, all is licensed.
licensed as (
    select
        'surveys/inbox' as dataset,
        {{ columns }},
        'licensed' as reading_origin,
        coalesce(nullif(confidence, ''), 'high') as confidence,
        {{ version_columns() }}
    from inbox
),

-- The repository has one version of each.
published as (
    {%- for seed in seeds %}
    select
        'seeds/{{ seed }}' as dataset,
        {{ columns }},
        origin as reading_origin,
        confidence
    from {{ ref(seed) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

readings as (
    select
        dataset, {{ columns }}, reading_origin, confidence,
        snapshot, part, snapshot_known_at, snapshot_basis, due_at, is_history, origin as file_origin,
        is_retracted
    from licensed
    union all
    select
        dataset, {{ columns }}, reading_origin, confidence,
        '' as snapshot,
        '' as part,
        cast(null as timestamp) as snapshot_known_at,
        cast(null as varchar(1)) as snapshot_basis,
        cast(null as timestamp) as due_at,
        false as is_history,
        'seed' as file_origin,
        false as is_retracted
    from published
),

renamed as (
    select
        dataset,
        survey_id,
        survey_period,
        case when length(survey_period) = 4 then 'annual' else 'monthly' end as frequency,
        -- The first and the last month of a year; of a month, itself.
        cast(substr(survey_period || '-01', 1, 7) || '-01' as date) as period_start,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, last_month)) }} as date) as period_end,
        question_id,
        coalesce(answer, '') as answer,
        unit,
        cast(case when unit <> 'text' then nullif(reading, '') end as decimal(12, 4)) as reading,
        case when unit = 'text' then nullif(reading, '') end as reading_text,
        cast(nullif(n_respondents, '') as integer) as n_respondents,
        cast(nullif(aum_usd_bn, '') as decimal(12, 3)) as aum_usd_bn,
        cast(nullif(fieldwork_start, '') as date) as fieldwork_start,
        cast(nullif(fieldwork_end, '') as date) as fieldwork_end,
        cast(nullif(published_date, '') as date) as published_date,
        source_name,
        nullif(source_url, '') as source_url,
        cast(nullif(source_date, '') as date) as source_date,
        reading_origin as origin,
        confidence,
        nullif(note, '') as note,
        snapshot,
        part,
        snapshot_known_at,
        snapshot_basis,
        due_at,
        is_history,
        file_origin,
        is_retracted
    from readings
)

select * from renamed

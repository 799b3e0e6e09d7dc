{{ config(materialized='table_function', parameters=['as_of']) }}

{{ survey_conflicts(ref('readings_as_of') ~ '(as_of)') }}

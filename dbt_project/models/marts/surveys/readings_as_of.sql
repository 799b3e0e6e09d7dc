{{ config(materialized='table_function', parameters=['as_of']) }}

{{ survey_readings(was_known('as_of')) }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ jgb_foreign_share(was_known('as_of')) }}

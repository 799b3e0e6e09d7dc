{{ config(materialized='table_function', parameters=['as_of']) }}

{{ reserve_coverage(was_known('as_of')) }}

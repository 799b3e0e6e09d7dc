{{ config(materialized='table_function', parameters=['as_of']) }}

{{ gold(was_known('as_of')) }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ trader_positions(was_known('as_of')) }}

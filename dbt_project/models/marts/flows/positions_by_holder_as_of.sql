{{ config(materialized='table_function', parameters=['as_of']) }}

{{ mart_as_of('positions_by_holder', 'positions_by_holder_vintages') }}

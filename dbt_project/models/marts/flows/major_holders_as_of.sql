{{ config(materialized='table_function', parameters=['as_of']) }}

{{ mart_as_of('major_holders', 'major_holders_vintages') }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ mart_as_of('currency_composition', 'currency_composition_vintages') }}

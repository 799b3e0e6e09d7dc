{{ config(materialized='table_function', parameters=['as_of']) }}

{{ diversification(ref('currency_composition_as_of') ~ '(as_of)') }}

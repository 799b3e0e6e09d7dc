{{ config(materialized='table_function', parameters=['as_of']) }}

{{ diversification_by_currency(ref('currency_composition_as_of') ~ '(as_of)') }}

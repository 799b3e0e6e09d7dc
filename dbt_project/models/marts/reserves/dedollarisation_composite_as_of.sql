{{ config(materialized='table_function', parameters=['as_of']) }}

{{ dedollarisation_composite(
    ref('diversification_as_of') ~ '(as_of)',
    ref('diversification_by_currency_as_of') ~ '(as_of)',
    ref('gold_as_of') ~ '(as_of)',
    ref('official_dollar_holdings_as_of') ~ '(as_of)',
) }}

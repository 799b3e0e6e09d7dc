{{ config(materialized='table_function', parameters=['as_of']) }}

{{ net_portfolio_investment(ref('portfolio_flows_as_of') ~ '(as_of)') }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ flow_signals(ref('portfolio_flows_as_of') ~ '(as_of)') }}

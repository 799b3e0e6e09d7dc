{{ config(materialized='table_function', parameters=['as_of']) }}

{{ flows_by_counterpart(ref('portfolio_flows_as_of') ~ '(as_of)') }}

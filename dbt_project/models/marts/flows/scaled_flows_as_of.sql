{{ config(materialized='table_function', parameters=['as_of']) }}

{{ scaled_flows(ref('portfolio_flows_as_of') ~ '(as_of)', ref('jgb_foreign_share_as_of') ~ '(as_of)') }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ resident_flows_by_sector(ref('portfolio_flows_as_of') ~ '(as_of)') }}

{{ config(materialized='table_function', parameters=['as_of']) }}

{{ mart_as_of('portfolio_flows', 'portfolio_flows_vintages') }}

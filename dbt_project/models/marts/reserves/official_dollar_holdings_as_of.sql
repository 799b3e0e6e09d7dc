{{ config(materialized='table_function', parameters=['as_of']) }}

{{ official_dollar_holdings(ref('positions_by_holder_as_of') ~ '(as_of)', was_known('as_of')) }}

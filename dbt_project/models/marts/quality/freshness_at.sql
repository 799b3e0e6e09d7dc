{{ config(materialized='table_function', parameters=['moment']) }}

{{ freshness('cast(moment as timestamp)') }}

{{ config(materialized='view') }}

{{ freshness(now_utc()) }}

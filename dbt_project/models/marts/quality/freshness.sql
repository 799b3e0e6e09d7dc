{{ config(materialized='view') }}

select
    dataset,
    title,
    publisher,
    frequency,
    release_rule,
    case
        when newest_period_end is null then 'nothing held'
        when {{ now_utc() }} < due_at then 'fresh'
        when {{ now_utc() }} < late_after then 'due'
        else 'late'
    end as status,
    newest_period_end,
    newest_known_at,
    awaited_period_start,
    awaited_period_end,
    due_at,
    late_after,
    due_reason,
    refused_because,
    page,
    origin
from {{ ref('arrivals') }}

{# Whether each dataset has what should be out at `moment`, a time in UTC: as `orchestration.arrivals.freshness` says
   it to the arrival checks, `make status` and the alerts (tested to agree). #}
{% macro freshness(moment) -%}
select
    dataset,
    title,
    publisher,
    frequency,
    release_rule,
    case
        when newest_period_end is null then 'nothing held'
        when {{ moment }} < due_at then 'fresh'
        when {{ moment }} < late_after then 'due'
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
{%- endmacro %}

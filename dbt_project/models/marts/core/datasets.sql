with

datasets as (
    select * from {{ ref('stg_tidemark__datasets') }}
),

held as (
    select
        dataset,
        count(*) as snapshots,
        max(known_at) as newest_known_at,
        max(retrieved_at) as newest_retrieved_at,
        min(first_period) as first_period,
        max(last_period) as last_period,
        max(snapshot) as newest_snapshot,
        sum(rows_added) - sum(rows_retracted) as rows_held
    from {{ ref('stg_tidemark__snapshots') }}
    where status = 'accepted'
    group by dataset
)

select
    datasets.dataset,
    datasets.publisher,
    datasets.publisher_title,
    datasets.title,
    datasets.description,
    datasets.address,
    datasets.page,
    datasets.licence,
    datasets.licence_url,
    datasets.credit,
    datasets.unit,
    datasets.sign,
    datasets.frequency,
    datasets.release_rule,
    datasets.timezone,
    datasets.full_history as has_full_history,
    coalesce(held.snapshots, 0) as snapshots,
    cast(coalesce(held.rows_held, 0) as bigint) as rows_held,
    held.first_period,
    held.last_period,
    held.newest_known_at,
    held.newest_retrieved_at,
    newest.origin
from datasets
left join held on datasets.dataset = held.dataset
left join {{ ref('stg_tidemark__snapshots') }} as newest
    on held.dataset = newest.dataset and held.newest_snapshot = newest.snapshot

with

datasets as (
    select * from {{ ref('stg_tidemark__datasets') }}
),

snapshots as (
    select * from {{ ref('stg_tidemark__snapshots') }}
),

releases as (
    select * from {{ ref('stg_tidemark__releases') }}
),

held as (
    select
        dataset,
        max(last_period) as newest_period_end,
        max(known_at) as newest_known_at,
        max(snapshot) as newest_snapshot
    from snapshots
    where status = 'accepted'
    group by dataset
),

newest_of_part as (
    select
        dataset,
        part,
        max(snapshot) as snapshot
    from snapshots
    group by dataset, part
),

-- A refused file counts until its part has a newer one.
refused as (
    select
        snapshots.dataset,
        max(snapshots.snapshot) as snapshot
    from snapshots
    inner join newest_of_part
        on snapshots.dataset = newest_of_part.dataset and snapshots.snapshot = newest_of_part.snapshot
    where snapshots.status = 'refused'
    group by snapshots.dataset
),

awaited as (
    select
        releases.dataset,
        min(releases.period_end) as period_end
    from releases
    left join held on releases.dataset = held.dataset
    where held.newest_period_end is null or releases.period_end > held.newest_period_end
    group by releases.dataset
)

select
    datasets.dataset,
    datasets.title,
    datasets.publisher,
    datasets.frequency,
    datasets.release_rule,
    held.newest_period_end,
    held.newest_known_at,
    releases.period_start as awaited_period_start,
    releases.period_end as awaited_period_end,
    releases.due_at,
    releases.late_after,
    releases.reason as due_reason,
    coalesce(refusals.reason, '') as refused_because,
    datasets.page,
    newest.origin
from datasets
left join held on datasets.dataset = held.dataset
left join awaited on datasets.dataset = awaited.dataset
left join releases
    on awaited.dataset = releases.dataset and awaited.period_end = releases.period_end
left join refused on datasets.dataset = refused.dataset
left join snapshots as newest
    on held.dataset = newest.dataset and held.newest_snapshot = newest.snapshot
left join snapshots as refusals
    on refused.dataset = refusals.dataset and refused.snapshot = refusals.snapshot

with

-- The world by quarter, and all that is reported by currency: the other indicators have no currencies.
world as (
    select * from {{ ref('stg_imf__cofer') }}
    where reporter = 'G001' and indicator = 'AFXRA' and frequency = 'quarterly'
),

published as (
    {{ with_method('world', ['currency', 'measure', 'period_start']) | indent(4) }}
),

-- Files that came out at the same time, one with holdings and one with shares, are one release.
releases as (
    select
        dataset,
        method,
        currency,
        currency_kind,
        frequency,
        period_start,
        period_end,
        snapshot_known_at,
        max(snapshot) as snapshot,
        max(snapshot_basis) as snapshot_basis,
        max(due_at) as due_at,
        min(case when is_history then 1 else 0 end) as only_history,
        max(origin) as origin
    from published
    group by
        dataset, method, currency, currency_kind, frequency, period_start, period_end, snapshot_known_at
),

-- Of each measure what was known by then: a file without it does not take it back. What was made by another
-- method does not stand beside it.
known as (
    select
        releases.currency,
        releases.period_start,
        releases.snapshot_known_at,
        published.measure,
        published.is_retracted,
        published.holdings_usd,
        published.share_pct,
        row_number() over (
            partition by
                releases.currency, releases.period_start, releases.snapshot_known_at, published.measure
            order by published.snapshot desc
        ) as place_from_last
    from releases
    inner join published
        on
            releases.currency = published.currency
            and releases.period_start = published.period_start
            and releases.method is not distinct from published.method
            and releases.snapshot_known_at >= published.snapshot_known_at
),

figures as (
    select
        currency,
        period_start,
        snapshot_known_at,
        max(case when not is_retracted then holdings_usd end) as holdings_usd,
        max(case when not is_retracted then share_pct end) as share_pct
    from known
    where place_from_last = 1
    group by currency, period_start, snapshot_known_at
),

dated as (
    select
        *,
        min(snapshot_known_at) over (partition by period_start) as first_known_at
    from releases
)

select
    dated.dataset,
    dated.currency,
    dated.currency_kind,
    dated.frequency,
    dated.period_start,
    dated.period_end,
    cast(figures.holdings_usd * cast(0.000001 as decimal(7, 6)) as decimal(22, 8)) as holdings_usd_m,
    figures.share_pct,
    dated.snapshot,
    dated.snapshot_known_at,
    dated.snapshot_basis,
    dated.due_at,
    -- What completes or revises a quarter that is held in part is news, however old its period is.
    dated.only_history = 1 and dated.snapshot_known_at = dated.first_known_at as is_history,
    dated.origin,
    false as is_retracted
from dated
inner join figures
    on
        dated.currency = figures.currency
        and dated.period_start = figures.period_start
        and dated.snapshot_known_at = figures.snapshot_known_at

select
    item,
    method,
    frequency,
    period_start,
    period_end,
    holdings_usd_m,
    share_pct,
    dataset,
    valid_from as known_at,
    valid_from,
    valid_to,
    known_at_basis,
    origin
from {{ ref('int_reserve_coverage_versions') }}

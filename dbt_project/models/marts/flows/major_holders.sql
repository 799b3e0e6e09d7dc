select
    holder,
    holder_kind,
    series,
    period_start,
    period_end,
    holdings_usd_m,
    method,
    dataset,
    known_at,
    known_at_basis,
    origin
from {{ ref('major_holders_vintages') }}
where valid_to is null

select
    holder,
    holder_name,
    holder_kind,
    security_type,
    period_start,
    period_end,
    holdings_usd_m,
    change_usd_m,
    net_usd_m,
    valuation_change_usd_m,
    other_change_usd_m,
    method,
    dataset,
    known_at,
    known_at_basis,
    origin
from {{ ref('positions_by_holder_vintages') }}
where valid_to is null

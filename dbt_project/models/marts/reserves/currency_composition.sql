select
    method,
    currency,
    currency_kind,
    frequency,
    period_start,
    period_end,
    holdings_usd_m,
    share_pct,
    dataset,
    known_at,
    known_at_basis,
    origin
from {{ ref('currency_composition_vintages') }}
where valid_to is null

select
    basis,
    instrument,
    holder_sector,
    period_start,
    period_end,
    cast(holdings_jpy_m as decimal(20, 2)) as holdings_jpy_m,
    method,
    dataset,
    valid_from as known_at,
    valid_from,
    valid_to,
    known_at_basis,
    origin
from {{ ref('int_jgb_holder_versions') }}

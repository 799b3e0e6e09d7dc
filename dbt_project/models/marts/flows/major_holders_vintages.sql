select
    holder,
    aggregate as holder_kind,
    series,
    period_start,
    period_end,
    cast(1000 * holdings_usd_bn as decimal(20, 2)) as holdings_usd_m,
    method,
    dataset,
    valid_from as known_at,
    valid_from,
    valid_to,
    known_at_basis,
    origin
from {{ ref('int_major_holder_versions') }}

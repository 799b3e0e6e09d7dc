select
    dataset,
    area,
    area_kind,
    measure,
    frequency,
    period_start,
    period_end,
    gold_troy_oz,
    amount_usd_m,
    price_usd_per_troy_oz,
    method,
    valid_from as known_at,
    valid_from,
    valid_to,
    known_at_basis,
    origin
from {{ ref('int_gold_versions') }}

select
    dataset,
    method,
    from_period,
    to_period,
    what,
    first_published_at,
    touches
from {{ ref('stg_tidemark__methods') }}

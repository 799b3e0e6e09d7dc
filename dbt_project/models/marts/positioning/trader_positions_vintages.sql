select
    contract_code,
    subject,
    contract,
    trader_group,
    report_date,
    period_start,
    period_end,
    open_interest_contracts,
    long_contracts,
    short_contracts,
    spread_contracts,
    net_contracts,
    cast({{ quotient('100.0 * net_contracts', 'open_interest_contracts') }} as decimal(12, 4))
        as net_share_of_open_interest_pct,
    method,
    dataset,
    valid_from as known_at,
    valid_from,
    valid_to,
    known_at_basis,
    origin
from {{ ref('int_trader_position_versions') }}

{{ config(materialized='table_function', parameters=['as_of']) }}

select
    basis,
    direction,
    investor_sector,
    counterpart,
    asset_class,
    frequency,
    period_start,
    period_end,
    currency,
    acquisition_m,
    disposition_m,
    net_m,
    fx_rate_avg,
    net_usd_m,
    method,
    dataset,
    known_at,
    known_at_basis,
    origin
from {{ ref('portfolio_flows_vintages') }}
where {{ was_known('as_of') }}

-- Which currencies did reserve managers buy over the last four quarters, exchange rates apart?
-- Interest and price gains are still in it. Only the newest method; a sum only where all four quarters are there.
-- Answers with: currency, quarter_end, share_pct, active_flow_usd_bn, active_flow_4q_usd_bn

select
    currency, period_end as quarter_end, share_pct, active_flow_usd_m / 1e3 as active_flow_usd_bn,
    case
        when count(active_flow_usd_m) over last_4q = 4 then sum(active_flow_usd_m) over last_4q / 1e3
    end as active_flow_4q_usd_bn
from reserves.diversification_by_currency
window last_4q as (
    partition by method, currency order by period_start range interval 9 months preceding
)
qualify period_end = max(period_end) over () and method = arg_max(method, known_at) over ()
order by active_flow_4q_usd_bn desc nulls last;

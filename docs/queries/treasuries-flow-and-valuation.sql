-- Which countries bought Treasuries over the last twelve months, and how much of the change is only price?
-- A holder is where the custodian is, not who owns them (China may hold in Belgium). Valuation is as custodians
-- report it: a single holder's may be more than prices explain.
-- Answers with: holder, month_end, holdings_usd_bn, change_usd_bn, bought_usd_bn, valuation_usd_bn, other_usd_bn, months

select
    holder_name as holder, period_end as month_end, holdings_usd_m / 1e3 as holdings_usd_bn,
    sum(change_usd_m) over last_12m / 1e3 as change_usd_bn,
    sum(net_usd_m) over last_12m / 1e3 as bought_usd_bn,
    sum(valuation_change_usd_m) over last_12m / 1e3 as valuation_usd_bn,
    sum(other_change_usd_m) over last_12m / 1e3 as other_usd_bn,
    count(net_usd_m) over last_12m as months
from flows.positions_by_holder
where security_type = 'treasury' and holder_kind = 'country'
window last_12m as (partition by holder order by period_start range interval 11 months preceding)
qualify period_end = max(period_end) over ()
order by holdings_usd_bn desc nulls last
limit 15;

-- Did foreign official holders sell Treasuries, and did private ones buy them?
-- The Treasury's own split: official institutions, and all others.
-- Answers with: month_end, holders, holdings_usd_bn, bought_usd_bn, valuation_usd_bn

select
    period_end as month_end, holder_kind as holders, holdings_usd_m / 1e3 as holdings_usd_bn,
    net_usd_m / 1e3 as bought_usd_bn, valuation_change_usd_m / 1e3 as valuation_usd_bn
from flows.positions_by_holder
where security_type = 'treasury' and holder_kind in ('official', 'non_official')
order by month_end desc, holders
limit 24;

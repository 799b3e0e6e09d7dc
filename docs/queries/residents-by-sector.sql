-- Which Japanese investors bought or sold foreign bonds in the newest month?
-- Sectors are nested: only the innermost are listed, which add up to all.
-- Answers with: sector, month, net_jpy_trn, net_usd_bn, gross_share_pct

select
    sector_name as sector, period_start as month, net_m / 1e6 as net_jpy_trn, net_usd_m / 1e3 as net_usd_bn,
    gross_share_pct
from flows.resident_flows_by_sector
where basis = 'jp_itn_monthly_by_sector' and asset_class = 'long_term_debt' and is_leaf
qualify period_start = max(period_start) over ()
order by net_m;

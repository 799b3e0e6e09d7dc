-- How are asset managers and leveraged funds positioned in dollar and yen futures, and is that extreme?
-- Percentile: the place of the net position among three years of weeks; `weeks` says how many are held.
-- Answers with: currency, contract, traders, as_of, net_contracts, pct_of_open_interest, percentile_3y, weeks

select
    subject as currency, contract, trader_group as traders, report_date as as_of, net_contracts,
    net_share_of_open_interest_pct as pct_of_open_interest, net_percentile_3y as percentile_3y,
    weeks_compared as weeks
from positioning.trader_positions
where subject in ('USD', 'JPY') and trader_group in ('asset_manager', 'leveraged_funds')
qualify row_number() over (partition by contract_code, trader_group order by report_date desc) = 1
order by currency, traders;

-- Is the dollar's share of reserves falling, or is it only the exchange rate?
-- The change at constant rates depends on what is assumed of the unnamed currencies: both are given. What
-- exchange rates explain, in percent of the change, is empty where the share hardly moved.
-- Answers with: quarter_end, share_pct, change_pp, constant_fx_pp, constant_fx_other_repriced_pp, fx_explained_pct, fx_explained_other_repriced_pct

select
    period_end as quarter_end, share_pct, share_change_pp as change_pp,
    share_change_constant_fx_pp as constant_fx_pp,
    share_change_constant_fx_other_repriced_pp as constant_fx_other_repriced_pp,
    fx_explained_pct, fx_explained_other_repriced_pct
from reserves.diversification_by_currency
where currency = 'USD'
-- Shares by another method must not be read on: only the method of the newest quarter.
qualify method = arg_max(method, known_at) over ()
order by quarter_end desc
limit 12;

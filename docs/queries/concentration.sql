-- Are the world's reserves spread over more currencies than five years ago?
-- The effective number of currencies has bounds, as the unnamed currencies are one figure. Non-traditional:
-- outside dollar, euro, yen and pound.
-- Answers with: quarter_end, method, effective_number_lower, effective_number_upper, nontraditional_pct, other_pct

select
    period_end as quarter_end, method, effective_number_lower, effective_number_upper,
    nontraditional_share_pct as nontraditional_pct, other_share_pct as other_pct
from reserves.diversification
order by quarter_end desc, method
limit 20;

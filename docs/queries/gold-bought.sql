-- Who bought and who sold gold in the newest period of each, in tonnes, and what of the change in value is price?
-- Tonnes come from SAFE and from the IMF's file, where it is held; the World Bank's figures have none.
-- One row per dataset and area: the same country is in several datasets, which must not be added.
-- Answers with: dataset, area, period_end, tonnes, bought_tonnes, from_quantity_usd_bn, from_price_usd_bn

select
    dataset, area, period_end, gold_tonnes as tonnes, gold_change_tonnes as bought_tonnes,
    quantity_effect_usd_m / 1e3 as from_quantity_usd_bn, price_effect_usd_m / 1e3 as from_price_usd_bn
from reserves.gold
where gold_change_tonnes is not null
qualify row_number() over (partition by dataset, area order by period_end desc) = 1
order by bought_tonnes desc, dataset, area;

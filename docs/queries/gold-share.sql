-- How much of a country's reserves is gold, and how much was it ten years before?
-- At market prices, as published: a share may rise without an ounce bought (docs/queries/gold-bought.sql).
-- Answers with: area, year_end, gold_share_pct, ten_years_before_pct, reserves_usd_bn

select
    today.area, today.period_end as year_end, today.gold_share_pct,
    before.gold_share_pct as ten_years_before_pct, today.total_reserves_usd_m / 1e3 as reserves_usd_bn
from reserves.gold as today
left join reserves.gold as before
    on
        today.dataset = before.dataset and today.area = before.area
        and before.period_end = today.period_end - interval 10 year
where today.dataset = 'worldbank/reserves'
qualify row_number() over (partition by today.area order by today.period_end desc) = 1
order by today.gold_share_pct desc, today.area;

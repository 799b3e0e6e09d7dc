{{ figure_versions(
    ref('int_gold_figures'),
    grain=['dataset', 'area', 'measure', 'period_start', 'period_end'],
    figures=['gold_troy_oz', 'amount_usd_m', 'price_usd_per_troy_oz'],
    carried=['area_kind', 'frequency'],
) }}

{{ figure_versions(
    ref('int_currency_composition_figures'),
    grain=['method', 'currency', 'period_start', 'period_end'],
    figures=['holdings_usd_m', 'share_pct'],
    carried=['currency_kind', 'frequency'],
) }}

{{ figure_versions(
    ref('int_reserve_coverage_figures'),
    grain=['method', 'item', 'period_start', 'period_end'],
    figures=['holdings_usd_m', 'share_pct'],
    carried=['frequency'],
) }}

{{ figure_versions(
    ref('int_jgb_holder_figures'),
    grain=['basis', 'instrument', 'holder_sector', 'period_start', 'period_end'],
    figures=['holdings_jpy_m'],
) }}

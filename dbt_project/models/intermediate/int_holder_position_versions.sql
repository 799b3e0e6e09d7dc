{{ figure_versions(
    ref('int_holder_position_figures'),
    grain=['holder', 'security_type', 'period_start', 'period_end'],
    figures=['holdings_usd_m', 'net_usd_m', 'valuation_change_usd_m'],
    carried=['holder_name', 'holder_kind'],
) }}

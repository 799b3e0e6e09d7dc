{{ figure_versions(
    ref('int_portfolio_flow_figures'),
    grain=[
        'basis', 'direction', 'investor_sector', 'counterpart', 'asset_class', 'period_start', 'period_end',
    ],
    figures=['acquisition_m', 'disposition_m', 'net_m'],
    carried=['frequency', 'currency'],
    needed='net_m',
    touched_by=['asset_class', 'investor_sector'],
) }}

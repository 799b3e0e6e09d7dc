{{ figure_versions(
    ref('int_trader_position_figures'),
    grain=['contract_code', 'trader_group', 'period_start', 'period_end'],
    figures=['open_interest_contracts', 'long_contracts', 'short_contracts', 'spread_contracts', 'net_contracts'],
    carried=['subject', 'contract', 'report_date'],
    needed='net_contracts',
) }}

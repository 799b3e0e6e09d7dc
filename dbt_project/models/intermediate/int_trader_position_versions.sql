{{ figure_versions(
    ref('stg_cftc__positions'),
    grain=['contract_code', 'trader_group', 'period_start', 'period_end'],
    figures=['open_interest_contracts', 'long_contracts', 'short_contracts', 'spread_contracts', 'net_contracts'],
    carried=['report_date', 'contract_name', 'contract_subgroup', 'contract_units'],
    needed='net_contracts',
) }}

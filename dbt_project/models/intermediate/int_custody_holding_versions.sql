{{ figure_versions(
    ref('stg_us_fed__custody_treasuries'),
    grain=['period_start', 'period_end'],
    figures=['holdings_usd_m'],
) }}

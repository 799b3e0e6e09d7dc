{{ figure_versions(
    ref('stg_us_tic__major_holders'),
    grain=['dataset', 'holder', 'series', 'period_start', 'period_end'],
    figures=['holdings_usd_bn'],
    carried=['aggregate'],
) }}

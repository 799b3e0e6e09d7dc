{{ dedollarisation_composite(
    ref('diversification'),
    ref('diversification_by_currency'),
    ref('gold'),
    ref('official_dollar_holdings'),
) }}

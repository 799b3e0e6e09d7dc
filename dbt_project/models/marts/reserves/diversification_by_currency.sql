{{ diversification_by_currency(ref('currency_composition')) }}

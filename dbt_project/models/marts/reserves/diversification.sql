{{ diversification(ref('currency_composition')) }}

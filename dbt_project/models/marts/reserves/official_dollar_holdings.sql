{{ official_dollar_holdings(ref('positions_by_holder'), 'valid_to is null') }}

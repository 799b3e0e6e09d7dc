{{ trader_positions('valid_to is null') }}

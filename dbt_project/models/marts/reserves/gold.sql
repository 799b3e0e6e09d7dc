{{ gold('valid_to is null') }}

{{ reserve_coverage('valid_to is null') }}

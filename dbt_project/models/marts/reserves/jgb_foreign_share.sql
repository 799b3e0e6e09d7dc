{{ jgb_foreign_share('valid_to is null') }}

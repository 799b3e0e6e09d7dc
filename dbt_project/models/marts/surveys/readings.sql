{{ survey_readings('valid_to is null') }}

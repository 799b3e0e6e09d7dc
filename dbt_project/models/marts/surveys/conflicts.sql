{{ survey_conflicts(ref('readings')) }}

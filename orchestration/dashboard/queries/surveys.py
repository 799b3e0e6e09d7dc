"""Readings of surveys with their sources, and those that contradict each other."""

_READINGS = """
select
    survey_id, survey, survey_period, frequency, period_start, period_end, question_id, question, answer,
    unit, reading, reading_text, n_respondents, published_date, source_name, source_url, source_date,
    origin, confidence, note, is_chosen, dataset, known_at, known_at_basis,
    known_at_basis = 'scheduled' as rests_on_schedule, is_redistributable, file_origin
from {readings}
order by period_end desc, survey_id, question_id, reading desc nulls last, answer, is_chosen desc, source_name
"""

READINGS = _READINGS.format(readings="surveys.readings")
READINGS_AS_OF = _READINGS.format(readings="surveys.readings_as_of($as_of)")

_CONFLICTS = """
select
    survey_id, survey, survey_period, period_end, question_id, question, answer, unit, reading, spread,
    source_name, source_url, origin, is_chosen, is_redistributable, file_origin
from {conflicts}
order by period_end desc, survey_id, question_id, answer, unit, is_chosen desc, source_name
"""

CONFLICTS = _CONFLICTS.format(conflicts="surveys.conflicts")
CONFLICTS_AS_OF = _CONFLICTS.format(conflicts="surveys.conflicts_as_of($as_of)")

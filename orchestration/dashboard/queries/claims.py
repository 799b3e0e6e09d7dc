"""What was claimed in public, and what the figures say of it."""

CLAIMS = """
select
    topic, claim_id, claim, verdict, verdict_now, why, note,
    claimed_value, tolerance, comparison, figure_then, figure_now, unit,
    rank_then, periods_then, rank_now, periods_now, beaten_by_period_end,
    mart, series, measure, period_start, period_end, claimed_in, source_url, claimed_on, as_of,
    dataset, known_at, known_at_basis, known_at_now, known_at_basis_now,
    'scheduled' in (known_at_basis, known_at_basis_now) as rests_on_schedule, origin, is_redistributable
from quality.claims
order by topic, claim_id
"""

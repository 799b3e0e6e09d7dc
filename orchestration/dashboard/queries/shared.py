"""What every page asks."""

CREDITS = "select dataset, credit from core.datasets"

# What each dataset has, and what it should have at a moment by its release rule: the longest late first.
FRESHNESS = """
select freshness.*, datasets.timezone
from quality.freshness_at($moment) as freshness
inner join core.datasets as datasets using (dataset)
order by
    list_position(['late', 'due', 'nothing held', 'fresh'], status),
    late_after, dataset
"""

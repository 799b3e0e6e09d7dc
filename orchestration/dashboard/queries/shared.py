"""What every page asks."""

CREDITS = "select dataset, credit from core.datasets"

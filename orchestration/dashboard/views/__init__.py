"""The pages, in the order of the navigation; each is a module with a `draw` that takes nothing.

A new page: `views/<page>.py`, its SQL in `queries/<page>.py`, and a line here; tests open every page.
Sections of a long page are modules beside it, named after it, whose `draw` takes what the page has asked.
"""

from collections.abc import Callable
from dataclasses import dataclass

from orchestration.dashboard.views import claims, data, flows, positioning, reserves


@dataclass(frozen=True)
class Page:
    """One page: its name in the navigation, its address (empty for the first page), what draws it."""

    title: str
    path: str
    draw: Callable[[], None]


PAGES = (
    Page("Flows", "", flows.draw),
    Page("Reserves", "reserves", reserves.draw),
    Page("Positioning and surveys", "positioning", positioning.draw),
    Page("Claims", "claims", claims.draw),
    Page("Data", "data", data.draw),
)

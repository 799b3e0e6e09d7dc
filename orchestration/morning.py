"""What a person looks for in the morning: which datasets are late or were not taken, and why.

As Markdown for the page of the serving copy. What is fresh is decided in `arrivals`; the whole list is
`make status`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.arrivals import Freshness, freshness
from orchestration.records import Dataset
from orchestration.releases import Arrival
from orchestration.serving import Held, held

# Dagster shows Markdown in its place only where it is shorter than a thousand characters.
INLINE = 1000
MORE = "\n\nand {} more: `make status`"

# The table has a third of the page's width: words that are broken would make its rows hard to tell apart.
UNBROKEN = "\N{NO-BREAK SPACE}"
NOT_DOWNLOADED, REFUSED = "not downloaded", "file refused"


@dataclass(frozen=True)
class Standing:
    """How a dataset stands.

    Attributes:
        trouble: what stands in its way; nothing where it is fresh and its newest file was taken, and where
            nobody has asked for it yet.
    """

    freshness: Freshness
    trouble: str

    @property
    def state(self) -> Arrival:
        """What the clock says of what is awaited."""
        return self.freshness.state


def standings(
    connection: duckdb.DuckDBPyConnection,
    datasets: Mapping[str, Dataset],
    failed: Collection[str],
    now: datetime,
) -> list[Standing]:
    """How each dataset stands.

    Args:
        connection: to the serving copy.
        datasets: all of them, by id.
        failed: the ids of those that could not be had at the last look.
        now: the time that counts as now.
    """
    there = held(connection)
    found = []
    for name, dataset in datasets.items():
        of = there.get(name, Held())
        answer = freshness(dataset, of.newest, now)
        trouble = _trouble(dataset, answer.state, failed=name in failed, refused=bool(of.refused_because))
        found.append(Standing(answer, trouble))
    return found


def _trouble(dataset: Dataset, state: Arrival, *, failed: bool, refused: bool) -> str:
    """Whose it is to mend: that of the line or its server, of our parser, of a person, of the publisher."""
    if failed:
        return NOT_DOWNLOADED
    if refused:
        return REFUSED
    if state in (Arrival.LATE, Arrival.DUE):
        return "not in the inbox" if dataset.inbox else "not published"
    return ""


def counts(found: Collection[Standing]) -> dict[str, int]:
    """How many datasets there are of each state, and how many whose newest file was not taken."""
    states = Counter(standing.state for standing in found)
    return {
        "fresh": states[Arrival.FRESH],
        "due": states[Arrival.DUE],
        "late": states[Arrival.LATE],
        "nothing held": states[Arrival.NOTHING],
        NOT_DOWNLOADED: sum(standing.trouble == NOT_DOWNLOADED for standing in found),
        REFUSED: sum(standing.trouble == REFUSED for standing in found),
    }


def table(found: Collection[Standing], now: datetime) -> str:
    """What needs a look, the late ones first, each with a link to its checks; short enough to be shown."""
    order = [Arrival.LATE, Arrival.NOTHING, Arrival.FRESH, Arrival.DUE]
    told = sorted(
        (standing for standing in found if standing.trouble),
        key=lambda standing: (order.index(standing.state), standing.freshness.awaited.due_at),
    )
    at = f"At {now:%Y-%m-%d %H:%M} UTC"
    if not told:
        return f"{at} all that is held is fresh."
    text = f"{at}\n\n| | dataset | why | due |\n|---|---|---|---|"
    for done, standing in enumerate(told):
        row = _row(standing, now)
        if len(text) + len(row) + len(MORE) >= INLINE:
            return text + MORE.format(len(told) - done)
        text += row
    return text


def _row(standing: Standing, now: datetime) -> str:
    answer, state = standing.freshness, standing.state
    dataset = answer.dataset
    page = "archive" if standing.trouble == NOT_DOWNLOADED else "raw"
    due = answer.awaited.due_at.strftime("%-d %b" if answer.awaited.due_at.year == now.year else "%b %Y")
    due = due if state in (Arrival.LATE, Arrival.DUE) else ""
    cells = (f"{state}", f"[{dataset.id}](/assets/{page}/{dataset.table}?view=checks)", standing.trouble, due)
    return "\n| " + " | ".join(cell.replace(" ", UNBROKEN) for cell in cells) + " |"

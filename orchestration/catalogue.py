"""The catalogue: every dataset as its record declares it, as a page; written by `make docs`.

What is held of each is in `core.datasets`; what its tables mean in the data dictionary.
"""

from collections.abc import Iterable, Sequence

from orchestration.arrivals import rule_in_words
from orchestration.formats import cell, one_line
from orchestration.records import Dataset, PublisherRecord

HEAD = """# Datasets

Every dataset that Tidemark collects, generated from the records (`orchestration/defs/*/defs.yaml`) by
`make docs`. What is held of each, and its newest version: `core.datasets`; what is due and what is late:
`quality.freshness`.
"""
COLUMNS = ("dataset", "publisher", "licence", "frequency", "released", "history", "breaks")


def catalogue(publishers: Sequence[PublisherRecord]) -> str:
    """The catalogue as Markdown: one table of all datasets, then a section per publisher."""
    rows = [_row(publisher, dataset) for publisher in publishers for dataset in publisher.datasets]
    table = [
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
        *(f"| {' | '.join(r)} |" for r in rows),
    ]
    return "\n".join([HEAD, *table, "", *(line for p in publishers for line in _section(p))])


def _row(publisher: PublisherRecord, dataset: Dataset) -> tuple[str, ...]:
    return (
        f"[`{dataset.id}`]({dataset.page})",
        publisher.title,
        f"[{cell(dataset.licence.text)}]({dataset.licence.url})",
        dataset.frequency.value,
        cell(f"{rule_in_words(dataset)}; {_grace(dataset)}"),
        _history(dataset),
        cell("; ".join(_breaks(dataset)) or "none"),
    )


def _grace(dataset: Dataset) -> str:
    days = dataset.release.grace.days
    if days > 366:
        return "never late"
    return f"late after {days} day{'' if days == 1 else 's'}"


def _history(dataset: Dataset) -> str:
    since = f"since {dataset.methods[0].from_period:%Y-%m}"
    how = "in full in each file" if dataset.full_history else "as far as files are held"
    return f"{since}, {how}"


def _breaks(dataset: Dataset) -> Iterable[str]:
    """What changed with each method but the first."""
    for method in dataset.methods[1:]:
        published = f", first published {method.first_published}" if method.first_published else ""
        yield f"`{method.id}` from {method.from_period}{published}: {method.what}"


def _section(publisher: PublisherRecord) -> Iterable[str]:
    yield f"## {publisher.title}\n"
    yield f"[{publisher.home}]({publisher.home})\n"
    for dataset in publisher.datasets:
        yield f"### `{dataset.id}`: {dataset.title}\n"
        yield f"{one_line(dataset.description)}\n"
        yield f"- Unit: {one_line(dataset.unit)}"
        yield f"- Sign: {one_line(dataset.sign)}"
        yield f"- Credit line: {one_line(dataset.credit)}"
        for source in dataset.sources:
            yield f"- From `{_address(source.url)}`"
        for override in dataset.overrides[:3]:
            yield (
                f"- Periods that end from {override.periods_from} to {override.periods_to} were due on "
                f"{override.due}: {one_line(override.reason)}"
            )
        if len(dataset.overrides) > 3:
            yield f"- And {len(dataset.overrides) - 3} further releases that did not follow the rule."
        yield ""


def _address(url: str) -> str:
    return url if len(url) <= 160 else f"{url[:150]}…"

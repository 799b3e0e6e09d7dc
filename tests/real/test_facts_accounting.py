"""Every row of the two lists of facts is looked at by one test of the marts, and by one only.

A module of tests says in `HANDLES` which kinds of rows it compares, per list; a kind is what stands before
the first dot. A row of a new kind fails here until a test takes it. The module itself prints how its rows
fare: equal, not comparable and why, different and why.
"""

import csv
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

import pytest

LISTS = ("published_figures.csv", "derived_checks.csv")


def handlers(name: str) -> dict[str, list[str]]:
    """The modules that compare each kind of row of a list."""
    found = defaultdict(list)
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        declared = getattr(import_module(f"tests.real.{file.stem}"), "HANDLES", {})
        assert set(declared) <= set(LISTS), f"{file.name} handles an unknown list"
        for kind in declared.get(name, ()):
            found[kind].append(file.name)
    return found


@pytest.mark.parametrize("name", LISTS)
def test_every_fact_is_looked_at_once(facts, record_property, name) -> None:
    with (facts / name).open(encoding="utf-8", newline="") as file:
        rows = Counter(row[0].split(".")[0] for row in list(csv.reader(file))[1:])
    by = handlers(name)
    wrong = {kind: by.get(kind, []) for kind in rows if len(by.get(kind, [])) != 1}
    assert not wrong, f"kinds of {name} that no test, or more than one, compares: {wrong}"
    assert not set(by) - set(rows), f"kinds that {name} does not have: {set(by) - set(rows)}"
    by_module: Counter[str] = Counter()
    for kind, count in rows.items():
        by_module[by[kind][0]] += count
    outcomes = [f"  {count:4d} {module}" for module, count in sorted(by_module.items())]
    record_property("said", "\n".join([f"{sum(rows.values())} rows of {name}, by test:", *outcomes]))

"""No mart adds flows across bases: whatever takes rows together keeps them apart by `basis`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.desk import compiled

FLOWS = "model.tidemark.int_portfolio_flow_figures"
# The one averages rates over the flows' periods, and no flows; the other compares a figure with its own
# versions only: the text that names a series begins with its basis.
OTHERS = {"int_flow_period_rates", "revisions"}
AMOUNTS = {"acquisition_m", "disposition_m", "net_m", "net_usd_m"}


def across_bases(sql: str) -> list[str]:
    """What in a statement may take rows of several bases together.

    An aggregate or a window is safe where it is grouped or partitioned by `basis`, or where its rows are of
    one basis; amounts of two relations are never added.
    """
    return [
        expression.sql("duckdb")
        for select in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Select)
        if not _of_one_basis(select)
        for expression in _mixed(select)
    ]


def _mixed(select: exp.Select) -> Iterator[exp.Expression]:
    grouped = _has_basis(select.args.get("group"))
    for node in select.find_all(exp.AggFunc, exp.Window, exp.Add):
        if node.find_ancestor(exp.Select) is not select:
            continue
        if isinstance(node, exp.Window):
            if not any(_has_basis(part) for part in node.args.get("partition_by") or []):
                yield node
        elif isinstance(node, exp.Add):
            if len({c.table for c in node.find_all(exp.Column) if c.name in AMOUNTS}) > 1:
                yield node
        elif not grouped and not node.find_ancestor(exp.Window):
            yield node


def _has_basis(expression: exp.Expression | None) -> bool:
    return expression is not None and any(c.name == "basis" for c in expression.find_all(exp.Column))


def _of_one_basis(select: exp.Select) -> bool:
    """Whether `where` demands one basis, beside whatever else."""
    where = select.args.get("where")
    demands = where.this.flatten() if where and isinstance(where.this, exp.And) else [where and where.this]
    return any(
        isinstance(demand, exp.EQ) and demand.left.name == "basis" and isinstance(demand.right, exp.Literal)
        for demand in demands
    )


@pytest.fixture(scope="module")
def behind_the_flows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The compiled SQL of each model that reads flows, itself or through others."""
    folder = tmp_path_factory.mktemp("compiled")
    compiled(folder)
    manifest = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))
    found, left = {}, [FLOWS]
    while left:
        node = left.pop()
        left += [child for child in manifest["child_map"][node] if child.startswith("model.")]
        found[manifest["nodes"][node]["name"]] = manifest["nodes"][node]["compiled_code"]
    return found


def test_no_model_takes_bases_together(behind_the_flows) -> None:
    assert {"portfolio_flows", "flows_by_counterpart", "flow_reconciliation_as_of"} <= set(behind_the_flows)
    mixed = {
        model: found
        for model, sql in behind_the_flows.items()
        if model not in OTHERS and (found := across_bases(sql))
    }
    assert not mixed


@pytest.mark.parametrize(
    ("sql", "safe"),
    [
        ("select sum(net_m) from flows group by direction", False),
        ("select sum(net_m) from flows", False),
        ("select basis, sum(net_m) from flows group by basis", True),
        ("select sum(net_m) from flows where basis = 'a' and direction = 'inward'", True),
        ("select sum(net_m) from flows where basis = 'a' or direction = 'inward'", False),
        ("select sum(net_m) from flows where basis in ('a', 'b')", False),
        ("select sum(net_m) over (partition by direction order by period_end) from flows", False),
        ("select sum(net_m) over (partition by basis order by period_end) from flows", True),
        ("with a as (select sum(net_m) as x from flows group by direction) select * from a", False),
        ("select a.net_m + b.net_m from a inner join b on a.period_end = b.period_end", False),
        ("select a.net_m - b.net_m from a inner join b on a.period_end = b.period_end", True),
        ("select net_m from flows", True),
    ],
)
def test_what_takes_bases_together_is_found(sql, safe) -> None:
    assert (across_bases(sql) == []) == safe

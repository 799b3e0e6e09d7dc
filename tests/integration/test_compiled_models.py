"""The models' SQL as dbt writes it: nothing adds flows across bases, and nothing is in DuckDB's own words."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import jinja2
import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from tests.desk import ROOT, compiled

OTHER_ENGINES = ("postgres", "spark")
# sqlglot writes these in other words for the other engines; the models are to have none.
DUCKDB_ONLY = (exp.Qualify, exp.ArgMax, exp.ArgMin)
# A function of Spark, which has it since 2.4.
UNKNOWN_TO_SQLGLOT = {"weekday"}
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
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """dbt's manifest with the compiled SQL of each model."""
    folder = tmp_path_factory.mktemp("compiled")
    compiled(folder)
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def behind_the_flows(manifest: dict) -> dict[str, str]:
    """The compiled SQL of each model that reads flows, itself or through others."""
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


def own_words(sql: str) -> set[str]:
    """What a statement says as DuckDB alone does, or what sqlglot cannot say for the other engines."""
    (statement,) = sqlglot.parse(sql, read="duckdb")
    found = {node.key for node in statement.find_all(*DUCKDB_ONLY)}
    for star in statement.find_all(exp.Star):
        found |= {word for word, what in star.args.items() if what}
    if any(group.args.get("all") for group in statement.find_all(exp.Group)):
        found.add("group by all")
    for engine in OTHER_ENGINES:
        try:
            statement.sql(engine, unsupported_level=ErrorLevel.RAISE)
        except sqlglot.UnsupportedError as error:
            found.add(f"{engine}: {error}")
    return found


def test_models_are_in_words_that_postgresql_and_spark_have_too(manifest) -> None:
    """As sqlglot knows the engines: none of them ran it. It passes functions on that it does not know.

    What `macros/portable.sql` and dbt's own macros write is DuckDB's here.
    """
    models = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    assert len(models) > 100
    assert not {name: found for name, node in models.items() if (found := own_words(node["compiled_code"]))}


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select a from t", False),
        ("select * exclude (a) from t", True),
        ("select * from t qualify row_number() over (order by a) = 1", True),
        ("select max_by(a, b) from t", True),
        ("select sum(a) from t group by all", True),
        ("pivot t on a using sum(b)", True),
    ],
)
def test_what_duckdb_alone_says_is_found(sql, found) -> None:
    assert bool(own_words(sql)) == found


def test_no_model_casts_as_spark_cannot() -> None:
    files = (path for part in ("models", "macros") for path in (ROOT / "dbt_project" / part).rglob("*.sql"))
    assert not [path.name for path in files if "::" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("engine", OTHER_ENGINES)
@pytest.mark.parametrize(
    ("macro", "arguments"),
    [("now_utc", ()), ("last_weekday", ("day",)), ("days_of", ("first_day", "last_day"))],
)
def test_what_differs_is_written_in_the_words_of_each_engine(engine, macro, arguments) -> None:
    """As dbt would choose it for that engine, read by sqlglot: functions of the engine, and no others."""
    text = (ROOT / "dbt_project" / "macros" / "portable.sql").read_text(encoding="utf-8")

    def dispatch(name: str) -> object:
        return getattr(macros, f"{engine}__{name}", None) or getattr(macros, f"default__{name}")

    macros = (
        jinja2.Environment().from_string(text).make_module({"adapter": SimpleNamespace(dispatch=dispatch)})
    )
    read = sqlglot.parse_one(f"select {getattr(macros, macro)(*arguments)}", read=engine)
    assert {function.name for function in read.find_all(exp.Anonymous)} <= UNKNOWN_TO_SQLGLOT

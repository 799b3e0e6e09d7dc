"""What Superset is given: the bundle that it imports, and the command that serves it.

The bundle is made of `bi/superset/` and of what the serving copy's data package says of its marts, in the
format that Superset exports. Identifiers follow from names, so that an import overwrites what an earlier one
made. What runs inside Superset's own environment is in `bi/superset/`.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from orchestration import palette
from orchestration.errors import DashboardError
from orchestration.names import (
    AREAS,
    ASSET_CLASSES,
    CURRENCIES,
    DIRECTIONS,
    HOLDER_KINDS,
    HOLDING_PARTS,
    titled,
)
from orchestration.serving import PACKAGE
from orchestration.settings import PROJECT_ROOT

SOURCES = PROJECT_ROOT / "bi" / "superset"
ENVIRONMENT = PROJECT_ROOT / ".venv-superset"
VERSION = "1.0.0"  # of Superset's format
DATABASE = "Tidemark"
PERIOD = {"period_start", "period_end"}
# Frictionless' types, as DuckDB and Superset name them.
TYPES = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "integer": "BIGINT",
    "number": "DECIMAL",
    "string": "VARCHAR",
}
# Parts of columns' names, as headings say them.
SPELT = {
    "cny": "CNY",
    "fx": "exchange rates",
    "hhi": "HHI",
    "pct": "(%)",
    "usd": "(US dollars)",
    "zscore": "z-score",
}
# Measures whose columns do not name them as people do.
CALLED = HOLDING_PARTS | {"hhi_lower": "HHI, others countless", "hhi_upper": "HHI, others as one"}
# Beside each of these columns stands one with what people call its values.
NAMES: Mapping[str, Mapping[str, str]] = {
    "area": AREAS,
    "asset_class": ASSET_CLASSES,
    "currency": CURRENCIES | {"REST": "all others"},
    "direction": DIRECTIONS,
    "holder_kind": HOLDER_KINDS,
}
Yaml = dict[str, Any]


def identifier(*names: str) -> str:
    """The UUID of a thing, the same on every desk and at every import."""
    return str(uuid5(NAMESPACE_URL, "/".join(("https://github.com/tidemark-data/tidemark/superset", *names))))


def database(serving: Path) -> Yaml:
    """The connection: DuckDB opens the file for reading, and nothing else of the machine."""
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": f"duckdb:///{serving}",
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "allow_run_async": False,
        "cache_timeout": None,
        "extra": {
            "engine_params": {
                "connect_args": {
                    "read_only": True,
                    "config": {"enable_external_access": False, "lock_configuration": True},
                }
            },
            "allows_virtual_table_explore": True,
        },
        "uuid": identifier("database"),
        "version": VERSION,
    }


def metric(field: Yaml, series: Iterable[str], time: str | None, is_flow: bool) -> Yaml:
    """A measure that is a figure where the rows are of one series, and empty where they are of several.

    Of several periods it is the sum where the column is a flow, and else the last one's figure. It is missing
    where the last one's is; a sum is missing where a period between the first and the last has no figure.
    Millions are turned into ones, which Superset's numbers name by themselves (8.2T, 57B).

    Args:
        field: The column in the data package.
        series: The key of the mart without its periods; rows that differ in one of these are never added.
        time: The column of time.
        is_flow: Whether periods may be added.
    """
    name, unit = field["name"], field["unit"]
    column = f'"{name}"'
    over_periods = f"SUM({column})" if is_flow else f'ARG_MAX_NULL({column}, "{time}")'
    if in_millions := unit.startswith("million"):
        over_periods += " * 1000000"
        unit = unit.removeprefix("million").removeprefix(",").strip()
    conditions = [f'COUNT(DISTINCT "{part}") = 1' for part in series]
    if is_flow:
        conditions += [
            f"COUNT({column}) = COUNT(*)",
            'SUM("period_end" - "period_start" + 1) = MAX("period_end") - MIN("period_start") + 1',
        ]
    what = "Sum over periods without a gap" if is_flow else "The last period's figure"
    return {
        "metric_name": (name.removesuffix("_m") if in_millions else name) + "_figure",
        "verbose_name": CALLED.get(name) or words(name.removesuffix("_m")),
        "expression": f"CASE WHEN {' AND '.join(conditions)} THEN {over_periods} END",
        "description": f"{what}, of one series; empty where rows are of several. Unit: {unit}. "
        f"{field['description']}",
        "d3format": None,
        "warning_text": None,
    }


def words(name: str) -> str:
    """A column's name, for a heading."""
    return titled(" ".join(SPELT.get(part, part) for part in name.split("_")))


def named(column: str) -> Yaml:
    """A column with what people call the values of this one; what has no name stays as it is."""
    cases = " ".join(
        f"WHEN '{code}' THEN '{titled(name).replace(chr(39), 2 * chr(39))}'"
        for code, name in NAMES[column].items()
    )
    return {
        "column_name": f"{column}_name",
        "verbose_name": words(column),
        "description": f"What people call `{column}`.",
        "expression": f'CASE "{column}" {cases} ELSE "{column}" END',
        "type": "VARCHAR",
        "is_dttm": False,
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def dataset(resource: Yaml, time: str | None, flows: Iterable[str]) -> Yaml:
    """A mart with the descriptions, units and metrics that follow from the data package.

    One with `sql` is a query on marts (bi/superset/queries.yaml), described in the same way.

    Raises:
        DashboardError: `flows` or `time` names no column of the mart.
    """
    schema, table = resource["name"].split(".")
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    flows = set(flows)
    if unknown := (flows | ({time} if time else set())) - fields.keys():
        raise DashboardError(
            f"Expected columns of {resource['name']} in bi/superset/datasets.yaml; "
            f"it has none called {', '.join(sorted(unknown))}."
        )
    series = [part for part in resource["schema"].get("primaryKey", []) if part not in PERIOD]
    return {
        "table_name": table,
        "schema": schema,
        "description": resource["description"],
        "main_dttm_col": time,
        "sql": resource.get("sql"),
        "filter_select_enabled": True,
        "columns": [
            {
                "column_name": name,
                "verbose_name": words(name.removesuffix("_m"))
                + (", millions" if name.endswith("_m") else ""),
                "description": field["description"] + (f" Unit: {field['unit']}." if "unit" in field else ""),
                "type": TYPES[field["type"]],
                "is_dttm": field["type"] in ("date", "datetime"),
                "is_active": True,
                "groupby": True,
                "filterable": True,
            }
            for name, field in fields.items()
        ]
        + [named(column) for column in fields if column in NAMES],
        "metrics": [
            metric(field, series, time, name in flows)
            for name, field in fields.items()
            if time and "unit" in field and field["type"] in ("number", "integer")
        ],
        "uuid": identifier("dataset", resource["name"]),
        "database_uuid": identifier("database"),
        "version": VERSION,
    }


def conditions(where: Mapping[str, object]) -> list[Yaml]:
    """Superset's filters of columns by one value or by a list of them."""
    return [
        _condition(column, "IN" if isinstance(value, list) else "==", value)
        for column, value in where.items()
    ]


def _condition(column: str, operator: str, value: object) -> Yaml:
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": operator,
        "comparator": value,
    }


def chart(slug: str, name: str, spec: Yaml) -> Yaml:
    """A chart of a dashboard's file: `params` are Superset's own, `where` has columns and their values.

    `period` is the range of a chart that does not follow the dashboard's filter of periods.
    """
    filters = conditions(spec.get("where", {}))
    if time := spec["params"].get("x_axis"):
        # What a dashboard's filter of periods takes hold of.
        filters.append(_condition(time, "TEMPORAL_RANGE", spec.get("period", "No filter")))
    return {
        "slice_name": spec["title"],
        "description": spec.get("description"),
        "viz_type": spec["viz_type"],
        "params": spec["params"] | {"viz_type": spec["viz_type"], "adhoc_filters": filters},
        "query_context": None,
        "cache_timeout": None,
        "uuid": identifier("chart", slug, name),
        "dataset_uuid": identifier("dataset", spec["dataset"]),
        "version": VERSION,
    }


def dashboard(spec: Yaml) -> Yaml:
    """A dashboard's file as Superset's grid of twelve columns, with its filters."""
    slug = spec["slug"]
    numbers = dict(zip(spec["charts"], count(1), strict=False))
    grid: Yaml = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "parents": ["ROOT_ID"], "children": []},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": spec["title"]}},
    }
    for number, row in enumerate(spec["rows"], start=1):
        row_id = f"ROW-{number}"
        grid["GRID_ID"]["children"].append(row_id)
        parents = ["ROOT_ID", "GRID_ID", row_id]
        children = []
        for name, width in row["columns"].items():
            meta: Yaml = {"width": width, "height": row["height"]}
            if name in spec["charts"]:
                kind = "CHART"
                title = spec["charts"][name]["title"]
                uuid = identifier("chart", slug, name)
                meta |= {"chartId": numbers[name], "sliceName": title, "uuid": uuid}
            else:
                kind = "MARKDOWN"
                meta["code"] = spec["texts"][name]
            cell = f"{kind}-{name}"
            children.append(cell)
            grid[cell] = {"id": cell, "type": kind, "children": [], "parents": parents, "meta": meta}
        grid[row_id] = {
            "id": row_id,
            "type": "ROW",
            "children": children,
            "parents": parents[:2],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    return {
        "dashboard_title": spec["title"],
        "description": spec["description"],
        "slug": slug,
        "published": True,
        "css": "",
        "position": grid,
        "metadata": {
            "color_scheme": "tidemark",
            "label_colors": {label: getattr(palette, colour) for label, colour in spec["colours"].items()},
            "cross_filters_enabled": False,
            "native_filter_configuration": [_filter(slug, each, numbers) for each in spec["filters"]],
        },
        "uuid": identifier("dashboard", slug),
        "version": VERSION,
    }


def _filter(slug: str, spec: Yaml, numbers: Mapping[str, int]) -> Yaml:
    """A filter beside the charts: of periods, or of a column's values; not for the charts of `not_for`."""
    common = {
        "id": f"NATIVE_FILTER-{identifier('filter', slug, spec['name'])}",
        "name": spec["name"],
        "description": spec.get("description", ""),
        "type": "NATIVE_FILTER",
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [numbers[name] for name in spec.get("not_for", [])]},
    }
    if "period" in spec:
        mask = {"extraFormData": {"time_range": spec["period"]}, "filterState": {"value": spec["period"]}}
        return common | {
            "filterType": "filter_time",
            "targets": [{}],
            "controlValues": {},
            "defaultDataMask": mask,
        }
    column, chosen = spec["column"], spec.get("chosen")
    mask = {"extraFormData": {}, "filterState": {}}
    if chosen:
        mask = {
            "extraFormData": {"filters": [{"col": column, "op": "IN", "val": [chosen]}]},
            "filterState": {"value": [chosen], "label": chosen},
        }
    return common | {
        "filterType": "filter_select",
        "targets": [{"column": {"name": column}, "datasetUuid": identifier("dataset", spec["dataset"])}],
        # A filter with a choice always has one.
        "controlValues": {"multiSelect": not chosen, "enableEmptyFilter": bool(chosen)},
        "defaultDataMask": mask,
        "adhoc_filters": conditions(spec.get("where", {})),
    }


def bundle(
    package: Yaml, serving: Path, datasets: Yaml, queries: Iterable[Yaml], dashboards: Iterable[Yaml]
) -> dict[str, Yaml]:
    """All that Superset imports, by the path of the file that it is to be in.

    Args:
        package: What describes the serving copy.
        serving: The serving copy's file.
        datasets: `bi/superset/datasets.yaml`.
        queries: `bi/superset/queries.yaml`.
        dashboards: The files in `bi/superset/dashboards/`.

    Raises:
        DashboardError: a dataset names a mart or a column that the serving copy does not have.
    """
    resources = {resource["name"]: resource for resource in package["resources"]}
    if missing := datasets.keys() - resources.keys():
        raise DashboardError(
            f"Superset's dashboards need marts that the serving copy lacks: {', '.join(sorted(missing))}. "
            "`make offline` builds them; `make status` says what keeps them back."
        )
    files: dict[str, Yaml] = {
        "metadata.yaml": {"version": VERSION, "type": "assets"},
        "databases/tidemark.yaml": database(serving),
    }
    for name, spec in datasets.items():
        files[f"datasets/tidemark/{name}.yaml"] = dataset(resources[name], spec["time"], spec["flows"])
    for spec in queries:
        files[f"datasets/tidemark/{spec['name']}.yaml"] = dataset(spec, spec["time"], spec["flows"])
    for spec in dashboards:
        for name, its_chart in spec["charts"].items():
            files[f"charts/{spec['slug']}/{name}.yaml"] = chart(spec["slug"], name, its_chart)
        files[f"dashboards/{spec['slug']}.yaml"] = dashboard(spec)
    return files


def read(file: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """One of the files of `bi/superset/`."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def write_bundle(serving: Path, folder: Path) -> None:
    """Write the bundle of a serving copy into a folder, in place of an earlier one."""
    files = bundle(
        json.loads(serving.with_name(PACKAGE).read_text(encoding="utf-8")),
        serving,
        read(SOURCES / "datasets.yaml"),
        read(SOURCES / "queries.yaml"),
        [read(file) for file in sorted((SOURCES / "dashboards").glob("*.yaml"))],
    )
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def prepare_home(home: Path) -> dict[str, str]:
    """Make Superset's folder, with a secret key that nobody else may read; its environment variables."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = home / "secret_key"
    if not key.exists():
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(SOURCES / "superset_config.py"),
        "FLASK_APP": "superset.app:create_app()",
    }


def python(environment: Path = ENVIRONMENT) -> Path:
    """The Python of Superset's environment.

    Raises:
        DashboardError: it is not installed.
    """
    found = environment / "bin" / "python"
    if not found.exists():
        raise DashboardError(f"Superset is not installed in {environment}: `make superset` installs it.")
    return found


def server(interpreter: Path, port: int) -> list[str]:
    """The command that serves Superset to this machine only.

    One process: what its threads share, they share in memory.
    """
    return [
        str(interpreter), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--threads", "8", "--timeout", "120", "--no-control-socket", "--log-level", "warning",
        "superset.app:create_app()",
    ]  # fmt: skip

"""The semantic layer as dbt has parsed it, and its metrics as SQL, without MetricFlow."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

DIMENSION = re.compile(r"\{\{\s*Dimension\('(\w+)__(\w+)'\)\s*\}\}")


class Metric(NamedTuple):
    """One simple metric: a measure of one mart, of the rows that its filter leaves."""

    name: str
    model: Mapping[str, Any]
    semantic: Mapping[str, Any]
    measure: Mapping[str, Any]
    filters: list[str]

    @property
    def column(self) -> str:
        """The column that is measured."""
        return self.measure["expr"] or self.measure["name"]

    @property
    def where(self) -> str:
        """The filter in SQL; dimensions are columns of the same name here."""
        return " and ".join("(" + DIMENSION.sub(r"\2", text) + ")" for text in self.filters)

    @property
    def mart(self) -> str:
        """Schema and table."""
        return f"{self.model['schema']}.{self.model['alias']}"


def metrics(manifest: Mapping[str, Any]) -> Iterator[Metric]:
    """Every metric with its measure, semantic model and mart."""
    measures = {
        measure["name"]: (semantic, measure)
        for semantic in manifest["semantic_models"].values()
        for measure in semantic["measures"]
    }
    for metric in manifest["metrics"].values():
        semantic, measure = measures[metric["type_params"]["measure"]["name"]]
        (model,) = (manifest["nodes"][node] for node in semantic["depends_on"]["nodes"])
        filters = [text["where_sql_template"] for text in (metric["filter"] or {}).get("where_filters", [])]
        yield Metric(metric["name"], model, semantic, measure, filters)

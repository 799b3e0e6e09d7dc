"""Dataset records: what a publisher's `defs.yaml` may say, and how it is read.

A record is the one declaration of a dataset: where it comes from, whose it is, what it means and
when it is due. What its bytes look like is its parser's business (`parsers.py` beside it).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from orchestration.errors import RecordError
from orchestration.releases import Duration, Frequency, Override, ReleaseRule, Strict, TimeZone, Weekday
from orchestration.sources import Extension, Source, Text

# Who looks after what names nobody else, for Dagster: an e-mail or team:<name>.
OWNER = "team:tidemark"
DEFS = Path(__file__).parent / "defs"
COMPONENT = "orchestration.components.Publisher"
# Every command reads every record, several times; the loader in C takes a tenth of the time.
YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=50)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class Licence(Strict):
    """Under what terms the publisher lets the data be used."""

    name: Text
    url: Link
    verified: bool = Field(default=False, description="Whether they were read at the publisher's own")

    @property
    def text(self) -> str:
        """The name as people are shown it, wherever it is shown."""
        return self.name if self.verified else f"{self.name} (unverified)"


class Method(Strict):
    """How figures are made from some period on; a break in the series begins a new one."""

    id: Name
    from_period: date = Field(description="First day of the first period made this way")
    what: Text = Field(description="What changed")
    first_published: date | None = Field(
        None,
        description="When figures made this way were first published, if later than the period",
    )
    touches: tuple[Name, ...] | None = Field(
        None,
        min_length=1,
        description="Asset classes or sectors whose figures are made this way; all where it is not said",
    )

    @field_validator("touches")
    @classmethod
    def _once(cls, touches: tuple[Name, ...] | None) -> tuple[Name, ...] | None:
        if touches and len(set(touches)) < len(touches):
            raise ValueError("expected each asset class or sector once")
        return touches


class Headline(Strict):
    """The one series of a dataset that a person knows it by, and looks at to see whether all is well."""

    what: Text = Field(description="What the series is")
    kind: Literal["flow", "level"] = Field(description="A flow is drawn from zero, a level as a line")
    column: Name = Field(description="The raw column with the figure")
    where: dict[Name, Text] = Field({}, description="Raw columns and values that single the series out")
    unit: Text | None = Field(None, description="Its unit, where the dataset has several")


class Schedule(Strict):
    """When the publisher is looked at."""

    looks: tuple[Text, ...] = Field(
        min_length=1, description="Cron expressions: soon after the release, and again later that day"
    )
    timezone: TimeZone
    warn_after: Duration = Field(description="Nobody looked for this long: warn (ISO 8601)")
    fail_after: Duration = Field(description="Nobody looked for this long: fail (ISO 8601)")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.fail_after <= self.warn_after:
            raise ValueError("fail_after must be longer than warn_after")
        return self


class Dataset(Strict):
    """One dataset of a publisher. `publisher`, `licence` and `credit` may come from the publisher."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")]
    title: Text
    description: Text
    sources: tuple[Source, ...] = Field(
        alias="address", min_length=1, description="Where its files are: an address, a pattern, or several"
    )
    page: Link = Field(description="Where a person finds it")
    hosts: tuple[str, ...] = Field(
        (), description="Further hosts of the publisher it may redirect or link to"
    )
    licence: Licence
    credit: Text = Field(description="The credit line that the publisher asks for")
    format: Extension = Field(description="File name extension: csv, zip, txt, xlsx, json, xml")
    unit: Text
    sign: Text = Field(description="What a positive figure means")
    frequency: Frequency
    week_ends: Weekday = "saturday"
    release: ReleaseRule
    headline: Headline | None = Field(None, description="The series that is shown of it")
    key: tuple[Name, ...] = Field(min_length=1, description="Columns that identify a row")
    full_history: bool = Field(
        description="Whether each file holds every period ever published, of its part where there are several"
    )
    may_shrink: bool = Field(
        False, description="Files may lose rows, however many: all that is gone is retracted"
    )
    methods: tuple[Method, ...] = Field(min_length=1)
    overrides: tuple[Override, ...] = ()
    mirror_names: tuple[Text, ...] = Field(
        (), description="Further names under which the index of a mirror lists its files"
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the YAML held
        return given if isinstance(given, list | tuple) else [given]

    @field_validator("sources")
    @classmethod
    def _of_one_kind(cls, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        """What people bring has parts by file name, what publishers send by content: never both."""
        if len(sources) > 1 and any(source.inbox for source in sources):
            raise ValueError("expected a folder of the inbox alone, or publishers' addresses")
        return sources

    @field_validator("methods")
    @classmethod
    def _in_order(cls, methods: tuple[Method, ...]) -> tuple[Method, ...]:
        order = [(m.from_period, m.first_published or m.from_period) for m in methods]
        if order != sorted(set(order)):
            raise ValueError(
                "expected methods in the order of from_period, and those that restate the same periods in "
                "the order of first_published"
            )
        if methods[0].touches:
            raise ValueError(
                "expected a first method without touches: it is that of whatever no other touches"
            )
        return methods

    @property
    def address(self) -> str:
        """Where its files are; of several sources, the first."""
        return self.sources[0].url

    @property
    def inbox(self) -> str | None:
        """The folder of the inbox that it comes from, where people put it by hand."""
        return self.sources[0].inbox

    @property
    def publisher(self) -> str:
        """The first half of the id."""
        return self.id.split("/")[0]

    @property
    def name(self) -> str:
        """The second half of the id."""
        return self.id.split("/")[1]

    @property
    def table(self) -> str:
        """The raw table's name, without its schema."""
        return f"{self.publisher}__{self.name}"


class PublisherRecord(Strict):
    """One publisher: who it is, when it is looked at, and its datasets."""

    id: Name
    title: Text
    home: Link
    owner: Text = Field(OWNER, description="Who looks after it: an e-mail or team:<name>")
    schedule: Schedule
    datasets: tuple[Dataset, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the YAML held
        """Give each dataset the publisher's own licence and credit line where it has none."""
        if not isinstance(data, dict):
            return data
        shared = {k: data[k] for k in ("licence", "credit") if k in data}
        rest = {k: v for k, v in data.items() if k not in shared}
        datasets = data.get("datasets")
        if isinstance(datasets, (list, tuple)):
            rest["datasets"] = [{**shared, **d} if isinstance(d, dict) else d for d in datasets]
        return rest

    @model_validator(mode="after")
    def _own_datasets(self) -> Self:
        ids = [d.id for d in self.datasets]
        strangers = [i for i in ids if not i.startswith(f"{self.id}/")]
        if strangers:
            raise ValueError(f"dataset ids must begin with '{self.id}/', found {strangers}")
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"each dataset id may appear once, found twice: {twice}")
        return self


def release_time(stamp: date | datetime | None, dataset: Dataset) -> datetime | None:
    """A stamp as a time: a bare day counts from the release's time of that day; local is its zone's."""
    if stamp is None:
        return None
    if not isinstance(stamp, datetime):
        stamp = datetime.combine(stamp, dataset.release.at)
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=ZoneInfo(dataset.release.timezone))
    return stamp.astimezone(UTC)


def parse_record(attributes: Any, where: str) -> PublisherRecord:  # noqa: ANN401 - whatever the YAML held
    """Validate a publisher's attributes; `where` names the file in the message.

    Raises:
        RecordError: names the file, each field that is wrong, what was expected and found.
    """
    try:
        return PublisherRecord.model_validate(attributes)
    except ValidationError as error:
        lines = [f"{where} is not a valid record:"]
        problems = error.errors()
        # A list whose only entry is wrong is also called too short; that says nothing.
        told = [p for p in problems if p["type"] != "too_short"] or problems
        for problem in told:
            field = ".".join(_readable(problem["loc"], attributes)) or "attributes"
            value = problem["input"]
            found = "" if isinstance(value, dict | list | tuple) else f" (found {value!r:.80})"
            # What YAML calls a list is a tuple here.
            is_no_list = problem["type"] == "tuple_type"
            message = "expected a list" if is_no_list else problem["msg"].removeprefix("Value error, ")
            lines.append(f"  {field}: {message}{found}")
        raise RecordError("\n".join(lines)) from None


def _readable(location: tuple[int | str, ...], attributes: Any) -> Iterable[str]:  # noqa: ANN401
    """Name a dataset by its id instead of its place in the list; drop names of rule kinds."""
    place = list(location)
    if place[:1] == ["datasets"] and len(place) > 1 and isinstance(place[1], int):
        listed = attributes["datasets"][place[1]]
        label, address = place[1], None
        if isinstance(listed, dict):
            label, address = listed.get("id", label), listed.get("address")
        place[:2] = [f"datasets[{label}]"]
        if place[1:3] == ["address", 0] and not isinstance(address, list):
            del place[2]
    kinds = {"business_day", "day_of_month", "weekday"}
    return [str(p) for i, p in enumerate(place) if not (p in kinds and place[i - 1] == "release")]


def load_record(path: Path) -> PublisherRecord | None:
    """Read one `defs.yaml`; None where it declares another component than a publisher."""
    where = f"orchestration/defs/{path.parent.name}/{path.name}"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), YAML)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise RecordError(f"{where} is not valid YAML: {error}") from None
    if not isinstance(document, dict) or document.get("type") != COMPONENT:
        return None
    record = parse_record(document.get("attributes"), where)
    if record.id != path.parent.name:
        raise RecordError(
            f"{where}: id: expected '{path.parent.name}', the name of its folder, found '{record.id}'"
        )
    return record


def load_publishers(defs: Path = DEFS) -> list[PublisherRecord]:
    """Every publisher's record, in the order of their ids."""
    loaded = (load_record(path) for path in sorted(defs.glob("*/defs.yaml")))
    return [record for record in loaded if record is not None]


def load_datasets(defs: Path = DEFS) -> dict[str, Dataset]:
    """Every dataset by id."""
    return {d.id: d for publisher in load_publishers(defs) for d in publisher.datasets}

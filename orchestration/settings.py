"""Settings, from environment variables (`TIDEMARK_…`) or a `.env` file; `.env.example` lists them all.

Only what differs between two installations belongs here; what differs between datasets is in their
records. `.env` is the project's, and relative folders are below it, whatever folder a command is run in.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AnyUrl, Field, HttpUrl, Secret, UrlConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict
from upath import UPath

NOTHING = "none"
"""Of a setting that may be empty: it is, whatever `.env` says; an empty variable would leave it to that."""
PROJECT_ROOT = Path(__file__).resolve().parent.parent
# The driver by name: dagster-postgres treats connections as psycopg2 wants it; SQLAlchemy 2.1 takes another
# for postgresql://. Without a host it is a socket of this machine: postgresql+psycopg2:///dagster.
PostgresUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["postgresql+psycopg2"])]
# As PostgreSQL's own programs write it, for libpq.
LibpqUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["postgresql"])]


def in_project(path: Path) -> Path:
    """A folder, below the project if it is relative."""
    return PROJECT_ROOT / path.expanduser()


def short(path: object) -> str:
    """A path, of this machine or of an object store, as it is seen from the project; an address as it is."""
    if "://" in str(path):
        return str(path)
    try:
        return str(Path(str(path)).resolve().relative_to(PROJECT_ROOT))
    except ValueError:
        return str(path)


class Settings(BaseSettings):
    """One installation: where its data live and how it behaves towards publishers."""

    model_config = SettingsConfigDict(
        env_prefix="TIDEMARK_",
        env_file=PROJECT_ROOT / ".env",
        env_ignore_empty=True,
        env_parse_none_str=NOTHING,
        extra="ignore",
    )

    data: Annotated[Path, AfterValidator(in_project)] = Field(
        Path("data"), validate_default=True, description="Folder of the archive, warehouse and serving copy"
    )
    archive: str | None = Field(
        None, description="Where snapshots are kept: a folder or a URL such as s3://bucket/archive"
    )
    contact: str = Field(
        "https://github.com/tidemark-data/tidemark",
        description="How a publisher can reach you; part of the user agent",
    )
    connect_timeout_s: float = Field(10, gt=0, description="Seconds to wait for a connection")
    read_timeout_s: float = Field(60, gt=0, description="Seconds to wait for the next bytes")
    total_timeout_s: float = Field(300, gt=0, description="Seconds that one download may take")
    max_bytes: int = Field(200_000_000, gt=0, description="Largest body that is accepted, in bytes")
    request_interval_s: float = Field(1, ge=0, description="Seconds between requests to one host")
    lock_timeout_s: float = Field(600, ge=0, description="Seconds to wait for the warehouse's file")
    queue_timeout_s: float = Field(
        14_400,
        ge=0,
        description="Seconds to wait for another process that looks, imports, builds or publishes",
    )
    schedules: bool = Field(False, description="Turn the publishers' schedules on")
    keep_runs_days: int = Field(30, gt=0, description="Days that runs and their logs are kept")
    dagster_storage: Secret[PostgresUrl] | None = Field(
        None, description="A PostgreSQL database that keeps Dagster's runs, instead of SQLite files"
    )
    postgres: Secret[LibpqUrl] | None = Field(
        None, description="A PostgreSQL database that is given the marts, too"
    )
    ui: HttpUrl = Field(
        HttpUrl("http://127.0.0.1:3000"), description="Where the Dagster UI is: for the links of alerts"
    )
    alert_webhook: Secret[HttpUrl] | None = Field(
        None, description="A webhook that takes Slack's messages; alerts are posted to it"
    )
    alert_email: str | None = Field(None, description="Addresses, with commas, that alerts are mailed to")
    alert_sender: str = Field("tidemark@localhost", description="The sender of these mails")
    smtp: Secret[str] = Field(
        Secret("smtp://localhost:25"),
        description="The mail server: smtp:// or smtps://user:password@host:port",
    )
    clock: datetime | None = Field(None, description="The time that counts as now (rehearsals)")
    rehearsal: HttpUrl | None = Field(
        None,
        description="A loopback server that plays every publisher; what it sends counts as sample, "
        "and publishers' schedules look every minute",
    )

    @property
    def archive_root(self) -> UPath:
        """The archive's folder or bucket."""
        if not self.archive:
            return UPath(self.data.resolve() / "archive")
        root = UPath(self.archive)
        return root if root.protocol else UPath(in_project(Path(self.archive)).resolve())

    @property
    def inbox(self) -> Path:
        """Where people put files that no publisher's address gives: `surveys/*.csv`."""
        return self.data.resolve() / "inbox"

    @property
    def warehouse(self) -> Path:
        """The writer's DuckDB file: nobody but the pipeline opens it."""
        return self.data.resolve() / "warehouse" / "tidemark.duckdb"

    @property
    def serving(self) -> Path:
        """The folder that readers use."""
        return self.data.resolve() / "serving"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance of this data folder."""
        return self.data.resolve() / "dagster"

    def now(self) -> datetime:
        """The time that counts as now, in UTC."""
        if self.clock is None:
            return datetime.now(UTC)
        return self.clock.astimezone(UTC) if self.clock.tzinfo else self.clock.replace(tzinfo=UTC)

"""Dagster's event log for a run in one process: the same files, kept open while the run lasts.

Dagster opens and closes a SQLite file for every event, which costs three quarters of the event's time: a
new engine, the statements compiled anew, a write-ahead log that is folded in and synced on every close.
A run of some hundred assets and checks tells a thousand events.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event

# The log is safe from a killed process as it is; a failing machine may lose the last events, and nothing
# rests on them. The UI looks at a file when it changes, so it is folded in every dozen events or so.
PRAGMAS = ("pragma synchronous = normal", "pragma wal_autocheckpoint = 64")


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's own storage in SQLite, with one engine and one connection per file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Dagster's
        self._engines: dict[str, Engine] = {}
        super().__init__(*args, **kwargs)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "OpenEventLog":  # noqa: ANN401
        """Dagster's own gives its own class."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                engine = create_engine(
                    self.conn_string_for_shard(shard),
                    connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
                    pool_size=1,
                )
                event.listen(engine, "connect", _settle)
                self._initdb(engine)
                self._engines[shard] = engine
            with self._engines[shard].begin() as connection:
                yield connection

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()


def _settle(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    for pragma in PRAGMAS:
        connection.execute(pragma)

"""What PostgreSQL is told: types, names, views, and the order of renaming. No server."""

import sys
from pathlib import Path

import pytest

from orchestration import postgres
from orchestration.errors import PostgresError
from orchestration.postgres import Column, Mart, column_type, created, finished, swapped, view_there
from orchestration.settings import Settings


@pytest.mark.parametrize(
    ("duckdb", "there"),
    [
        ("DECIMAL(20,2)", "numeric(20,2)"),
        ("VARCHAR", "text"),
        ("TIMESTAMP", "timestamp"),
        ("DATE", "date"),
        ("BOOLEAN", "boolean"),
        ("INTEGER", "integer"),
        ("BIGINT", "bigint"),
    ],
)
def test_types_keep_their_values(duckdb: str, there: str) -> None:
    assert column_type(duckdb) == there


def test_a_type_that_no_mart_has_had_is_refused() -> None:
    with pytest.raises(PostgresError, match=r"found VARCHAR\[\]"):
        column_type("VARCHAR[]")


def test_a_table_is_made_beside_the_one_in_place_with_key_and_comments() -> None:
    mart = Mart(
        "flows", "net", "Japan's flows.",
        (Column("month", "DATE", "First day."), Column('a"b', "DECIMAL(9,4)", "Unit: yen.")), ("month",),
    )  # fmt: skip
    assert created(mart) == 'create table "flows__new"."net" ("month" date, "a""b" numeric(9,4))'
    assert list(finished(mart)) == [
        'alter table "flows__new"."net" add primary key ("month")',
        'analyze "flows__new"."net"',
        "comment on table \"flows__new\".\"net\" is 'Japan''s flows.'",
        'comment on column "flows__new"."net"."month" is \'First day.\'',
        'comment on column "flows__new"."net"."a""b" is \'Unit: yen.\'',
    ]


def test_a_view_asks_for_the_time_in_utc_and_rests_on_what_is_being_loaded() -> None:
    view = (
        "CREATE VIEW quality.late AS SELECT dataset FROM quality.arrivals "
        "WHERE ((make_timestamp(epoch_us(current_timestamp)) < due_at));"
    )
    assert view_there(view) == (
        "SELECT dataset FROM quality__new.arrivals "
        "WHERE ((CAST(CURRENT_TIMESTAMP AT TIME ZONE 'UTC' AS TIMESTAMP) < due_at))"
    )


def test_what_is_in_place_is_renamed_away_first_also_what_has_no_successor() -> None:
    assert list(swapped(["fx", "gone"], ["fx"], 42)) == [
        'alter schema "fx" rename to "fx__old_42"',
        'alter schema "gone" rename to "gone__old_42"',
        'alter schema "fx__new" rename to "fx"',
    ]


def test_the_address_is_a_secret_and_of_one_kind(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, postgres="postgresql://desk:geheim42@db.example/marts")
    assert "geheim42" not in repr(settings)
    with pytest.raises(ValueError, match="URL scheme should be 'postgresql'"):
        Settings(data=tmp_path, postgres="mysql://db.example/marts")


def test_without_a_setting_or_a_driver_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PostgresError, match="Expected TIDEMARK_POSTGRES"):
        postgres.load(Settings(data=tmp_path))
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(PostgresError, match="make setup"):
        postgres.load(Settings(data=tmp_path, postgres="postgresql:///marts"))

"""Records: a mistake stops with the file, the field, what was expected and what was found."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.errors import RecordError
from orchestration.records import COMPONENT, DEFS, load_datasets, load_publishers, parse_record
from tests.desk import ROOT

WHERE = "defs/jp_mof/defs.yaml"
Change = Callable[[dict[str, Any]], object]


def own(publisher: str) -> dict[str, Any]:
    text = (DEFS / publisher / "defs.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["attributes"]


def refusal(change: Change) -> str:
    """What is said of the Ministry of Finance's record after a change for the worse."""
    # Not safe_load's aliases: a change to one dataset is a change to that one only.
    attributes = yaml.safe_load(yaml.dump(own("jp_mof"), Dumper=_Plain))
    change(attributes)
    with pytest.raises(RecordError) as caught:
        parse_record(attributes, WHERE)
    message = str(caught.value)
    assert message.startswith(f"{WHERE} is not a valid record:\n")
    return message


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def test_the_repositorys_own_records_load():
    assert {"jp_mof", "ecb"} <= {record.id for record in load_publishers()}
    datasets = load_datasets()
    assert datasets["ecb/fx_reference_rates"].table == "ecb__fx_reference_rates"
    assert datasets["jp_mof/securities_weekly"].release.grace == timedelta(days=2)


def test_what_a_method_touches_has_that_name_in_the_models():
    """A name that no model knows would touch nothing, and nobody would see it."""
    touched = {(d.publisher, t) for d in load_datasets().values() for m in d.methods for t in m.touches or ()}
    assert ("jp_mof", "equity") in touched
    for publisher, term in touched:
        staging = (ROOT / "dbt_project" / "models" / "staging" / publisher).glob("*.sql")
        assert any(f"'{term}'" in path.read_text(encoding="utf-8") for path in staging), term


def test_licence_and_credit_come_from_the_publisher_unless_a_dataset_has_its_own():
    attributes = own("jp_mof")
    attributes["datasets"][0] |= {"licence": {"name": "Its own", "url": "https://x"}, "credit": "Source: X"}
    first, second, *_ = parse_record(attributes, WHERE).datasets
    assert (first.licence.name, first.credit) == ("Its own", "Source: X")
    assert second.licence.name == "Public Data License (Version 1.0)"
    assert second.credit.startswith("Source: Ministry of Finance Japan")


def weekly(attributes: dict[str, Any]) -> dict[str, Any]:
    return attributes["datasets"][0]


def put(place: Callable[[dict[str, Any]], dict[str, Any]], **fields: object) -> Change:
    return lambda attributes: place(attributes).update(fields)


def without(place: Callable[[dict[str, Any]], dict[str, Any]], field: str) -> Change:
    return lambda attributes: place(attributes).pop(field)


def whole(attributes: dict[str, Any]) -> dict[str, Any]:
    return attributes


IN_WEEKLY = "datasets[jp_mof/securities_weekly]"
UNORDERED = [
    {"id": "b", "from_period": "2014-01-01", "what": "new"},
    {"id": "a", "from_period": "2005-01-01", "what": "old"},
]
OLD, NEW = reversed(UNORDERED)


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (without(weekly, "unit"), f"{IN_WEEKLY}.unit", "Field required"),
        (without(whole, "schedule"), "schedule", "Field required"),
        (without(lambda a: weekly(a)["release"], "n"), f"{IN_WEEKLY}.release.n", "Field required"),
        (without(lambda a: weekly(a)["release"], "rule"), f"{IN_WEEKLY}.release", "'rule'"),
        (put(weekly, colour="blue"), f"{IN_WEEKLY}.colour", "not permitted (found 'blue')"),
        (put(whole, colour="blue"), "colour", "not permitted (found 'blue')"),
        (
            put(weekly, address="http://www.mof.go.jp/week.csv"),
            f"{IN_WEEKLY}.address",
            "expected an https address, found 'http://www.mof.go.jp/week.csv'",
        ),
        (
            put(weekly, address=["https://www.mof.go.jp/week.csv", "ftp://www.mof.go.jp/week.csv"]),
            f"{IN_WEEKLY}.address.1",
            "expected an https address, found 'ftp://www.mof.go.jp/week.csv'",
        ),
        (
            put(weekly, address=["https://www.mof.go.jp/week.csv", "inbox:weeks"]),
            f"{IN_WEEKLY}.address",
            "expected a folder of the inbox alone, or publishers' addresses",
        ),
        (
            put(weekly, address="https://www.mof.go.jp/{year}.csv"),
            f"{IN_WEEKLY}.address",
            "found {year} without years_from in 'https://www.mof.go.jp/{year}.csv'",
        ),
        (
            put(weekly, address={"url": "https://www.mof.go.jp/week.csv", "items": ["a"]}),
            f"{IN_WEEKLY}.address",
            "found items without {item} in 'https://www.mof.go.jp/week.csv'",
        ),
        (
            put(weekly, address={"url": "https://www.mof.go.jp/list.htm", "links": "(week"}),
            f"{IN_WEEKLY}.address.links",
            "'(week' is not a regular expression",
        ),
        (
            put(weekly, address={"link": "week"}),
            f"{IN_WEEKLY}.address.url",
            "Field required",
        ),
        (
            lambda a: weekly(a).update(
                release=weekly(a)["release"]
                | {
                    "rule": "day_of_month",
                    "day": 1,
                    "months_after": 1,
                    "but": {13: {"day": 1, "months_after": 0}},
                }
            ),
            f"{IN_WEEKLY}.release.but",
            "expected months from 1 to 12, found [13]",
        ),
        (
            put(weekly, frequency="fortnightly"),
            f"{IN_WEEKLY}.frequency",
            "'semiannual' or 'annual' (found 'fortnightly')",
        ),
        (put(weekly, page="www.mof.go.jp"), f"{IN_WEEKLY}.page", "(found 'www.mof.go.jp')"),
        (put(weekly, key=[]), f"{IN_WEEKLY}.key", "at least 1"),
        (put(weekly, format=".csv"), f"{IN_WEEKLY}.format", "(found '.csv')"),
        (
            put(weekly, id="us_tic/securities_weekly"),
            "attributes",
            "dataset ids must begin with 'jp_mof/', found ['us_tic/securities_weekly']",
        ),
        (
            put(weekly, id="jp_mof/securities_monthly"),
            "attributes",
            "each dataset id may appear once, found twice: ['jp_mof/securities_monthly']",
        ),
        (put(weekly, id="JP MoF weekly"), "datasets[JP MoF weekly].id", "(found 'JP MoF weekly')"),
        (
            lambda a: weekly(a)["release"].update(rule="full_moon"),
            f"{IN_WEEKLY}.release",
            "'full_moon' found using 'rule' does not match any of the expected tags: 'business_day'",
        ),
        (
            lambda a: weekly(a)["release"].update(timezone="Asia/Tokio"),
            f"{IN_WEEKLY}.release.timezone",
            "'Asia/Tokio' is not an IANA time zone such as Asia/Tokyo",
        ),
        (
            lambda a: weekly(a)["release"].update(at=960),
            f"{IN_WEEKLY}.release.at",
            'expected a time in quotes, such as "16:00" (found 960)',
        ),
        (
            lambda a: weekly(a)["release"].update(grace=2),
            f"{IN_WEEKLY}.release.grace",
            "expected a duration with its unit, such as P2D (two days) or PT12H (twelve hours) (found 2)",
        ),
        (
            lambda a: a["schedule"].update(looks="0 9 * * 1-5"),
            "schedule.looks",
            "expected a list (found '0 9 * * 1-5')",
        ),
        (
            lambda a: a["schedule"].update(warn_after=4),
            "schedule.warn_after",
            "expected a duration with its unit, such as P2D",
        ),
        (
            lambda a: weekly(a)["release"]["calendar"].update(holidays="JAPAN"),
            f"{IN_WEEKLY}.release.calendar.holidays",
            "'JAPAN' is neither a country nor a market",
        ),
        (
            put(weekly, methods=UNORDERED),
            f"{IN_WEEKLY}.methods",
            "expected methods in the order of from_period",
        ),
        (put(weekly, methods=[UNORDERED[0]] * 2), f"{IN_WEEKLY}.methods", "in the order of first_published"),
        (
            put(weekly, methods=[OLD | {"touches": ["equity"]}, NEW]),
            f"{IN_WEEKLY}.methods",
            "expected a first method without touches",
        ),
        (
            put(weekly, methods=[OLD, NEW | {"touches": ["equity", "equity"]}]),
            f"{IN_WEEKLY}.methods.1.touches",
            "expected each asset class or sector once",
        ),
        (
            put(weekly, methods=[OLD, NEW | {"touches": []}]),
            f"{IN_WEEKLY}.methods.1.touches",
            "at least 1",
        ),
        (
            put(weekly, methods=[OLD, NEW | {"touches": ["Long-term debt"]}]),
            f"{IN_WEEKLY}.methods.1.touches.0",
            "(found 'Long-term debt')",
        ),
        (
            lambda a: a["schedule"].update(timezone="Asia/Tokio"),
            "schedule.timezone",
            "'Asia/Tokio' is not an IANA time zone",
        ),
        (
            lambda a: a["schedule"].update(fail_after="P1D"),
            "schedule",
            "fail_after must be longer than warn_after",
        ),
        (put(whole, datasets=[]), "datasets", "at least 1"),
        (put(whole, datasets="week.csv"), "datasets", "(found 'week.csv')"),
        (put(whole, datasets=["week.csv"]), "datasets[0]", "(found 'week.csv')"),
    ],
)
def test_a_mistake_is_told_with_its_field_and_what_was_found(change, field, said):
    lines = [line for line in refusal(change).splitlines() if line.startswith(f"  {field}: ")]
    assert len(lines) == 1
    assert said in lines[0]


def test_every_mistake_is_told_at_once():
    def twice_wrong(attributes: dict[str, Any]) -> None:
        weekly(attributes).pop("unit")
        attributes["datasets"][1].pop("sign")

    message = refusal(twice_wrong)
    assert f"{IN_WEEKLY}.unit: Field required" in message
    assert "datasets[jp_mof/securities_monthly].sign: Field required" in message


@pytest.mark.parametrize("nothing", [None, [], "jp_mof"])
def test_attributes_that_are_no_record_are_told(nothing):
    with pytest.raises(RecordError, match=r"defs/jp_mof/defs\.yaml is not a valid record:\n  attributes: "):
        parse_record(nothing, WHERE)


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "defs.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_of_another_name_is_refused(tmp_path):
    text = (DEFS / "ecb" / "defs.yaml").read_text(encoding="utf-8")
    with pytest.raises(
        RecordError, match=r"defs/eurosystem/defs\.yaml: id: expected 'eurosystem', .* found 'ecb'"
    ):
        load_publishers(written(tmp_path / "defs", "eurosystem", text))


def test_text_that_is_not_yaml_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"(?s)defs/ecb/defs\.yaml is not valid YAML: .*line 2"):
        load_publishers(written(tmp_path / "defs", "ecb", "type: x\nattributes: [unclosed\n"))


@pytest.mark.parametrize("text", ["", "type: orchestration.components.WarehouseDbt\n", "- a list\n"])
def test_other_components_are_no_publishers(tmp_path, text):
    assert load_publishers(written(tmp_path / "defs", "transform", text)) == []


def test_publishers_are_read_from_their_folders_in_order(tmp_path):
    for name in ("zz", "aa"):
        attributes = own("us_fed") | {"id": name}
        attributes["datasets"] = [attributes["datasets"][0] | {"id": f"{name}/rates"}]
        written(tmp_path, name, yaml.safe_dump({"type": COMPONENT, "attributes": attributes}))
    assert [record.id for record in load_publishers(tmp_path)] == ["aa", "zz"]
    assert list(load_datasets(tmp_path)) == ["aa/rates", "zz/rates"]

"""The contract of survey readings: what it takes, and every way in which it says no, with line and reason."""

import csv
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.archive import Archive
from orchestration.arrivals import awaited_release
from orchestration.defs.surveys.contract import COLUMNS, KEY, REQUIRED, SEEDS, read_lists, readings
from orchestration.errors import FetchError, LayoutError
from orchestration.look import look
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from orchestration.releases import Arrival, arrival
from orchestration.sampling import publisher_files
from orchestration.settings import Settings
from tests.mutations import HTML, read

PARSER, _ = find_parser("surveys", "inbox")
INBOX = load_datasets()["surveys/inbox"]
SAMPLE = publisher_files("surveys")[0].payload
LISTS = read_lists()
SEED_FILES = ("survey_readings_bofa", "survey_readings_reserve_managers")
IN_SEEDS = ("official", "press", "inferred")

GOOD = {
    "survey_id": "bofa_global_fms",
    "survey_period": "2026-07",
    "question_id": "usd_overweight",
    "answer": "USD",
    "reading": "-12",
    "unit": "net_pct",
    "source_name": "Desk",
}
CITED = {"origin": "press", "confidence": "high", "source_url": "https://paper.example/1"}


def written(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def refusal(payload: bytes) -> str:
    """What the pipeline says of a file in the inbox."""
    with pytest.raises(LayoutError) as told:
        read(PARSER, payload)
    return str(told.value)


def refusal_of_seed(*rows: dict[str, str]) -> str:
    with pytest.raises(LayoutError) as told:
        readings(written(*rows), "seed", LISTS, IN_SEEDS)
    return str(told.value)


# What is taken


def test_rows_come_out_as_they_are_written_with_the_days_of_their_period() -> None:
    annual = GOOD | {
        "survey_id": "wgc_cbgr", "survey_period": "2024", "question_id": "usd_share_5y", "unit": "pct_share",
        "reading": "61.5", "note": 'said "about"',
    }  # fmt: skip
    frame = PARSER.parse(written(GOOD | {"survey_period": "2024-02", "answer": " USD "}, annual))
    assert tuple(frame.columns) == PARSER.columns
    first, second = frame.to_dict("records")
    assert (first["reading"], first["answer"], first["origin"]) == ("-12", "USD", "")
    assert (first["period_start"], first["period_end"]) == ("2024-02-01", "2024-02-29")
    assert (second["period_start"], second["period_end"]) == ("2024-01-01", "2024-12-31")
    assert second["note"] == 'said "about"'


def test_the_required_columns_are_enough_in_any_order_and_as_spreadsheets_save_them() -> None:
    payload = written(GOOD, columns=tuple(reversed(REQUIRED)))
    as_saved = b"\xef\xbb\xbf" + payload.replace(b"\n", b"\r\n") + b",,,,,,\r\n\r\n"
    assert PARSER.parse(as_saved).equals(PARSER.parse(payload))
    assert PARSER.parse(payload).equals(PARSER.parse(written(GOOD)))


@pytest.mark.parametrize(
    "row",
    [
        {"reading": "-100"},
        {"reading": "100"},
        {"reading": "0"},
        {"answer": "USD, underweight", "reading": "-3"},
        {"answer": "USD, overweight", "reading": "3"},
        {"unit": "text", "reading": "", "answer": "most underweight since 2006"},
        {"unit": "text", "reading": "neutral", "answer": ""},
        {"question_id": "expected_us_tariff_on_china", "unit": "pct_tariff", "reading": "145"},
        {"fieldwork_start": "2026-07-02", "fieldwork_end": "2026-07-09", "published_date": "2026-07-14"},
        {"fieldwork_start": "2026-07-02", "published_date": "2026-07-02"},
        {"n_respondents": "212", "aum_usd_bn": "0.5"},
        {"origin": "licensed", "confidence": "low"},
    ],
    ids=str,
)
def test_what_the_contract_allows_is_taken(row: dict[str, str]) -> None:
    assert len(PARSER.parse(written(GOOD | row))) == 1


def test_the_same_reading_of_another_source_survey_or_unit_is_another_row() -> None:
    others = [
        GOOD,
        GOOD | {"source_name": "Another desk"},
        GOOD | {"survey_period": "2026-08"},
        GOOD | {"unit": "text", "reading": "12 or so"},
        GOOD | {"question_id": "usd_valuation"},
    ]
    assert len(PARSER.parse(written(*others))) == 5


def crowded(*shares: str, **more: str) -> list[dict[str, str]]:
    asked = {"question_id": "most_crowded_trade", "unit": "pct_of_respondents", **more}
    return [GOOD | asked | {"answer": f"trade {n}", "reading": share} for n, share in enumerate(shares)]


def test_shares_of_the_most_crowded_trade_may_be_all_that_there_are() -> None:
    rows = [*crowded("60", "40"), *crowded("99", source_name="B"), *crowded("98", survey_period="2026-08")]
    assert len(PARSER.parse(written(*rows))) == 4


# What is not


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"survey_id": "bofa_fms"}, "survey_id: expected one of bofa_global_fms, .*, found 'bofa_fms'"),
        ({"survey_id": ""}, "survey_id: expected one of .*, found nothing"),
        (
            {"survey_id": "bofa_fx_rates_sentiment"},
            "question_id: expected a question of bofa_fx_rates_sentiment .* found 'usd_overweight'",
        ),
        ({"question_id": "usd"}, "question_id: expected a question of bofa_global_fms .*, found 'usd'"),
        ({"survey_period": "Jul-26"}, "survey_period: expected YYYY-MM, found 'Jul-26'"),
        ({"survey_period": "2026-13"}, "survey_period: expected YYYY-MM, found '2026-13'"),
        ({"survey_period": "2026"}, "survey_period: expected YYYY-MM, found a number"),
        (
            {"survey_id": "wgc_cbgr", "question_id": "usd_share_5y", "survey_period": "2026-07"},
            "survey_period: expected YYYY, found '2026-07'",
        ),
        ({"unit": "percent"}, "unit: expected one of net_pct, .*, found 'percent'"),
        (
            {"unit": "pct_of_respondents", "reading": "12"},
            "unit: expected net_pct .* under a question that ends in _overweight, found pct_of_respondents",
        ),
        ({"reading": "-100.5"}, "reading: expected -100 to 100 under net_pct, found a number outside"),
        ({"reading": "101"}, "reading: expected -100 to 100 under net_pct, found a number outside"),
        (
            {"question_id": "cash_level", "unit": "pct_of_aum", "reading": "-1"},
            "reading: expected 0 to 100 under pct_of_aum, found a number outside",
        ),
        (
            {
                "survey_id": "omfif_gpi",
                "survey_period": "2026",
                "question_id": "usd_demand_rank",
                "unit": "rank",
                "reading": "0",
            },
            "reading: expected at least 1 under rank, found a number outside",
        ),
        ({"answer": "USD Underweight", "reading": "12"}, "reading: expected an underweight as a negative"),
        ({"reading": ""}, "reading: expected a number such as -12.5 under net_pct, found nothing"),
        ({"reading": "12%"}, "reading: expected a number .*, found something else"),
        ({"reading": "−12"}, "reading: expected a number .*, found something else"),
        ({"reading": "1,5"}, "reading: expected a number .*, found something else"),
        ({"reading": "1.23456"}, "reading: expected a number .*, found something else"),
        ({"reading": "n/a"}, "reading: expected a number .*, found something else"),
        ({"unit": "text", "reading": "", "answer": ""}, "reading: expected a text here or in answer"),
        ({"published_date": "14/07/2026"}, "published_date: expected a date YYYY-MM-DD .*'14/07/2026'"),
        ({"source_date": "2026-02-30"}, "source_date: expected a date YYYY-MM-DD .*'2026-02-30'"),
        ({"fieldwork_start": "20260702"}, "fieldwork_start: expected a date YYYY-MM-DD"),
        (
            {"fieldwork_start": "2026-07-09", "fieldwork_end": "2026-07-02"},
            "in this order, found fieldwork_start 2026-07-09, fieldwork_end 2026-07-02",
        ),
        (
            {"fieldwork_start": "2026-07-20", "published_date": "2026-07-14"},
            "in this order, found fieldwork_start 2026-07-20, published_date 2026-07-14",
        ),
        ({"n_respondents": "0"}, "n_respondents: expected a whole number above 0"),
        ({"n_respondents": "40.5"}, "n_respondents: expected a whole number above 0"),
        ({"aum_usd_bn": ">5000"}, "aum_usd_bn: expected a number above 0"),
        ({"aum_usd_bn": "0"}, "aum_usd_bn: expected a number above 0"),
        ({"source_name": ""}, "source_name: expected whose reading it is, found nothing"),
        ({"confidence": "certain"}, "confidence: expected one of high, medium, low, found 'certain'"),
        (
            {"origin": "press", "source_url": "https://paper.example"},
            "origin: expected licensed, found 'press'",
        ),
    ],
    ids=str,
)
def test_a_wrong_row_is_told_with_its_line_and_reason(row: dict[str, str], reason: str) -> None:
    with pytest.raises(LayoutError, match=rf"found one mistake; nothing of the file.*\n  line 3: .*{reason}"):
        PARSER.parse(written(GOOD | {"survey_period": "2026-06"}, GOOD | row))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"source_url": ""},
            "source_url: expected an http.s. address, as the origin is press, found nothing",
        ),
        ({"source_url": "www.paper.example/1"}, "source_url: expected an http.s. address"),
        ({"source_url": "ftp://paper.example/1"}, "source_url: expected an http.s. address"),
        ({"source_url": "https://"}, "source_url: expected an http.s. address"),
        ({"source_url": "https://[1"}, "source_url: expected an http.s. address"),
        (
            {"origin": "official"},
            "expected press, or an address of bofa.com, found official at paper.example",
        ),
        ({"origin": "official", "source_url": "https://notbofa.com/1"}, "found official at notbofa.com"),
        ({"origin": "inferred"}, "note: expected what was inferred, found nothing"),
        ({"origin": "licensed"}, "origin: expected one of official, press, inferred, found 'licensed'"),
        ({"origin": ""}, "origin: expected one of official, press, inferred, found nothing"),
        ({"confidence": ""}, "confidence: expected one of high, medium, low, found nothing"),
    ],
    ids=str,
)
def test_what_is_cited_needs_a_source_that_others_can_look_up(row: dict[str, str], reason: str) -> None:
    assert re.search(rf"line 2: .*{reason}", refusal_of_seed(GOOD | CITED | row))


def test_a_reading_twice_is_told_with_both_lines_also_in_capital_letters() -> None:
    told = refusal(
        written(GOOD, GOOD | {"survey_period": "2026-08"}, GOOD | {"answer": "usd", "reading": "3"})
    )
    assert f"line 4: expected each {' + '.join(KEY)} once, found that of line 2 again" in told


def test_more_than_all_respondents_are_told_with_their_lines() -> None:
    told = refusal(written(*crowded("60", "40", "0.5"), *crowded("90", source_name="B")))
    assert "found one mistake" in told
    assert (
        "line 2: reading: expected the shares of most_crowded_trade in 2026-07 to add up to at most" in told
    )
    assert "those of lines 2, 3, 4 add up to more" in told
    assert "found one mistake" in refusal(written(*crowded("170")))


def test_every_wrong_row_is_told_at_once_up_to_twenty() -> None:
    wrong = [GOOD | {"survey_period": f"20{n:02}-07", "unit": "percent"} for n in range(10, 35)]
    told = refusal(written(GOOD, *wrong))
    assert "found 25 mistakes" in told
    assert told.count("\n  line ") == 20
    assert "line 3: unit" in told
    assert told.endswith("and 5 more")


def test_a_row_with_two_mistakes_has_both_told() -> None:
    told = refusal(written(GOOD | {"unit": "percent", "survey_period": "July"}))
    assert "found 2 mistakes" in told
    assert told.count("  line 2: ") == 2


def test_lines_are_those_of_the_file_whatever_line_breaks_a_note_has() -> None:
    told = refusal(written(GOOD | {"note": "one\ntwo"}, GOOD | {"unit": "percent"}))
    assert "line 4: unit" in told


def test_no_reason_tells_a_licensed_figure() -> None:
    """Reasons are published with the list of files, and exported."""
    rows = [
        GOOD | {"reading": "-987.65"},
        GOOD | {"reading": "987.65%", "survey_period": "2026-08"},
        GOOD | {"reading": "-12", "unit": "987.65", "survey_period": "2026-09"},
        GOOD | {"survey_period": "987.65"},
        GOOD | {"n_respondents": "987.65", "aum_usd_bn": "987.65x", "survey_period": "2026-10"},
        GOOD | {"origin": "98765", "confidence": "+98,765%", "survey_period": "2026-11"},
        *crowded("98.76", "9.87"),
    ]
    told = refusal(written(*rows))
    assert "found 9 mistakes" in told
    assert "98" not in told


# Files that are none


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "expected a first line with the columns .* missing: 'survey_id'"),
        (HTML, "expected a first line with the columns .* unknown: '<!DOCTYPE html>'"),
        (b"observation_date,DEXJPUS\n2025-09-02,148.40\n", "unknown: 'observation_date', 'DEXJPUS'"),
        (SAMPLE.replace(b",reading,", b",figure,"), "missing: 'reading'; unknown: 'figure'"),
        (
            SAMPLE.replace(b"survey_period", b"survey_month"),
            "missing: 'survey_period'; unknown: 'survey_month'",
        ),
        (SAMPLE.replace(b",note\n", b",answer\n", 1), "twice: 'answer'"),
        (SAMPLE.replace(b",", b";"), "expected columns separated by commas, found semicolons"),
        (SAMPLE.decode().encode("utf-16"), "expected text in utf-8"),
        (written(GOOD | {"note": "Zürich"}).decode().encode("cp1252"), "expected text in utf-8"),
        (b"PK\x03\x04\xff\xfe", "expected text in utf-8"),
        (SAMPLE[: len(SAMPLE) // 2], "expected a line break at the end; the file may be cut short"),
        (SAMPLE.splitlines(keepends=True)[0], "expected readings below the first line, found none"),
        (written(GOOD)[:-1], "expected a line break at the end; the file may be cut short"),
        (
            written(GOOD).replace(b"USD", b"USD, net"),
            f"line 2: expected {len(COLUMNS)} cells, as in the first line, found {len(COLUMNS) + 1}",
        ),
        (written(GOOD).replace(b"USD", b'"USD'), "expected CSV, but line 2 cannot be read.*quote"),
    ],
    ids=range(15),
)
def test_what_is_no_file_of_the_contract_is_refused(payload: bytes, said: str) -> None:
    assert re.search(said, refusal(payload), re.DOTALL)


def test_columns_that_change_places_with_their_header_are_the_same_rows() -> None:
    swapped = written(*csv.DictReader(io.StringIO(SAMPLE.decode())), columns=tuple(reversed(COLUMNS)))
    assert PARSER.parse(swapped).equals(PARSER.parse(SAMPLE))


def test_columns_that_change_places_below_their_header_are_refused() -> None:
    header, *rows = csv.reader(io.StringIO(SAMPLE.decode()))
    one, two = header.index("reading"), header.index("unit")
    for row in rows:
        row[one], row[two] = row[two], row[one]
    payload = "\n".join(",".join(row) for row in [header, *rows]) + "\n"
    assert "line 2: unit: expected one of net_pct" in refusal(payload.encode())


# The repository's own


@pytest.mark.parametrize("seed", SEED_FILES)
def test_the_seeds_keep_the_contract_and_none_is_licensed(seed: str) -> None:
    payload = (SEEDS / f"{seed}.csv").read_bytes()
    assert payload.decode().splitlines()[0] == ",".join(COLUMNS)
    rows = readings(payload, seed, LISTS, IN_SEEDS)
    assert all(row["source_url"].startswith("http") for row in rows)


def test_a_seed_with_a_licensed_row_would_be_refused() -> None:
    with pytest.raises(
        LayoutError, match="origin: expected one of official, press, inferred, found 'licensed'"
    ):
        readings(written(GOOD | CITED | {"origin": "licensed"}), "seed", LISTS, IN_SEEDS)


def test_every_term_of_the_lists_is_one_that_the_code_knows() -> None:
    assert LISTS.origins == ("licensed", "official", "press", "inferred")
    assert LISTS.confidences == ("high", "medium", "low")
    assert set(LISTS.frequencies.values()) == {"monthly", "annual"}
    assert {survey for survey, _ in LISTS.questions} == set(LISTS.frequencies)
    assert [q for (s, q), whole in LISTS.questions.items() if whole and s == "bofa_global_fms"] == [
        "landing",
        "most_crowded_trade",
    ]


def test_the_sample_says_of_each_row_that_it_is_made_up_and_has_one_conflict_with_the_seeds() -> None:
    frame = PARSER.parse(SAMPLE)
    assert set(frame["source_name"]) == {"Made-up desk copy"}
    assert set(frame["note"]) == {"made up"}
    key = [c for c in KEY if c != "source_name"]
    seeds = readings((SEEDS / "survey_readings_bofa.csv").read_bytes(), "seed", LISTS, IN_SEEDS)
    cited = {tuple(row[c] for c in key): row["reading"] for row in seeds}
    ours = {tuple(row[c] for c in key): row["reading"] for row in frame.to_dict("records")}
    assert [(k[1:4], ours[k], cited[k]) for k in ours if k in cited] == [
        (("2024-03", "landing", "none"), "24", "23")
    ]


# The inbox


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path, clock=datetime(2026, 11, 20, 9, tzinfo=UTC))
    (made.inbox / "surveys").mkdir(parents=True)
    return made


def test_each_file_of_the_inbox_is_a_part_with_versions_of_its_own(settings: Settings) -> None:
    folder = settings.inbox / "surveys"
    (folder / "a.csv").write_bytes(written(GOOD))
    (folder / "b.csv").write_bytes(written(GOOD | {"reading": "-13"}))
    (folder / "notes.txt").write_text("no readings", encoding="utf-8")
    assert [s.part for s in look(INBOX, settings).new] == ["a.csv", "b.csv"]
    assert look(INBOX, settings).new == ()
    (folder / "b.csv").write_bytes(written(GOOD | {"reading": "-14"}))
    assert [s.part for s in look(INBOX, settings).new] == ["b.csv"]
    assert len(Archive(settings.archive_root).snapshots(INBOX.id)) == 3


def test_a_file_that_is_none_is_named_and_stops_no_other(settings: Settings) -> None:
    (settings.inbox / "surveys" / "a.csv").write_bytes(HTML)
    (settings.inbox / "surveys" / "b.csv").write_bytes(written(GOOD))
    with pytest.raises(FetchError, match=r"a\.csv: surveys/inbox: expected a first line with the columns"):
        look(INBOX, settings)
    assert [s.part for s in Archive(settings.archive_root).snapshots(INBOX.id)] == ["b.csv"]


def test_an_empty_inbox_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert look(INBOX, Settings(data=tmp_path)).note == "nothing to look at"


@pytest.mark.parametrize("year", [2027, 2060])
def test_a_desk_that_brings_nothing_is_reminded_and_never_late(year: int) -> None:
    held = date(2026, 10, 31)
    now = datetime(year, 1, 1, tzinfo=UTC)
    assert arrival(awaited_release(INBOX, held), now, held) is Arrival.DUE

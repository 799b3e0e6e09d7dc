"""The Bank of Japan: what a reader of the rows relies on, and what is refused, on the made-up files.

The made-up files have the real layout. The real ones are in tests/real/test_real_jp_boj.py.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, bundle, find_parser
from orchestration.records import load_datasets
from orchestration.sampling import publisher_files
from orchestration.sources import wanted
from tests.mutations import HTML, read

FILES = publisher_files("jp_boj")
ANSWERS = ("portfolio_by_country", "jgb_holders", "yen_rates", "effective_rates", "tankan")
PAYLOADS = {name: [f.payload for f in FILES if f.dataset == f"jp_boj/{name}"] for name in ANSWERS}
PARSERS: dict[str, Parser] = {name: find_parser("jp_boj", name)[0] for name in ANSWERS}

Answer = dict[str, Any]
each_answer = pytest.mark.parametrize("name", ANSWERS)


def edited(name: str, change: Callable[[Answer], object]) -> bytes:
    answer = json.loads(PAYLOADS[name][-1])
    change(answer)
    return json.dumps(answer).encode()


def series(answer: Answer, code: str) -> Answer:
    return next(item for item in answer["RESULTSET"] if item["SERIES_CODE"] == code)


def swap_values(name: str, one: str, two: str) -> bytes:
    """The figures of two series change places below names that do not."""

    def swap(answer: Answer) -> None:
        first, second = series(answer, one), series(answer, two)
        first["VALUES"], second["VALUES"] = second["VALUES"], first["VALUES"]

    return edited(name, swap)


def refusal(name: str, payload: bytes) -> str:
    with pytest.raises(LayoutError) as caught:
        read(PARSERS[name], payload)
    assert str(caught.value).startswith(f"jp_boj/{name}: ")
    assert "nothing was loaded" in str(caught.value)
    return str(caught.value)


def test_a_month_of_a_counterpart_is_one_row_with_its_three_figures() -> None:
    frame = PARSERS["portfolio_by_country"].parse(PAYLOADS["portfolio_by_country"][-1])
    assert set(frame["counterpart"]) == {"US", "GB", "CI", "world"}
    assert len(frame) == 2 * 4 * 4 * 12
    month = frame[(frame["counterpart"] == "US") & (frame["survey_date"] == "202609")].iloc[0]
    assert int(month["acquisition"]) - int(month["disposition"]) == int(month["net"])
    assert (month["period_start"], month["period_end"]) == ("2026-09-01", "2026-09-30")


def test_receipts_are_acquisitions_of_foreigners_and_dispositions_of_residents() -> None:
    answer = json.loads(PAYLOADS["portfolio_by_country"][-1])
    frame = PARSERS["portfolio_by_country"].parse(PAYLOADS["portfolio_by_country"][-1])
    frame = frame[frame["counterpart"] == "GB"].set_index(["side", "asset_class", "survey_date"])
    for letter, side, flow in (("E", "Liabilities", "acquisition"), ("D", "Assets", "disposition")):
        published = series(answer, f"BPPI6{letter}3R9GB")["VALUES"]["VALUES"][-1]
        row = frame.loc[f"Portfolio Investment {side}", "Long-term debt securities", "202609"]
        assert row[flow] == str(published)


def test_the_vintages_differ_in_the_newest_month_and_one_revision() -> None:
    before, after = (PARSERS["portfolio_by_country"].parse(p) for p in PAYLOADS["portfolio_by_country"])
    key = ["side", "asset_class", "counterpart", "survey_date"]
    both = before.merge(after, on=key, suffixes=("", "_after"))
    changed = both[both["net"] != both["net_after"]]
    assert len(both) == len(before)
    assert set(changed["survey_date"]) == {"202607"}
    assert set(changed["counterpart"]) == {"US", "world"}


def test_a_forecast_belongs_to_the_quarter_before_the_one_that_it_is_about() -> None:
    frame = PARSERS["tankan"].parse(PAYLOADS["tankan"][0])
    newest = frame.groupby("series_code").tail(1).set_index("series_code")
    assert newest.loc["TK99F1000601GCQ01000", ["survey_date", "period_end"]].tolist() == [
        "202603",
        "2026-09-30",
    ]
    forecast = newest.loc["TK99F1000601GCQ11000", ["survey_date", "period_start", "period_end"]]
    assert forecast.tolist() == ["202604", "2026-07-01", "2026-09-30"]
    first = frame[frame["series_code"] == "TK99F1000601GCQ11000"].iloc[3]
    assert first[["survey_date", "period_start"]].tolist() == ["202601", "2025-10-01"]


def test_days_without_a_rate_are_left_out_and_rates_stay_as_published() -> None:
    payload = edited(
        "yen_rates",
        lambda answer: answer["RESULTSET"][0].update(
            VALUES={"SURVEY_DATES": [20261113, 20261114, 20261116], "VALUES": [155.2, None, 155.01]}
        ),
    ).replace(b"155.2,", b"155.20,")
    frame = PARSERS["yen_rates"].parse(payload)
    assert frame.loc[frame["series_code"] == "FXERD01", "value"].tolist() == ["155.20", "155.01"]
    assert "2026-11-03" not in set(PARSERS["yen_rates"].parse(PAYLOADS["yen_rates"][0])["period_start"])


@each_answer
def test_the_stamp_is_the_newest_update_of_its_series(name) -> None:
    def age(answer: Answer) -> None:
        answer["RESULTSET"][0]["LAST_UPDATE"] = 20200102

    file = [f for f in FILES if f.dataset == f"jp_boj/{name}"][-1]
    assert PARSERS[name].published_on(file.payload).isoformat() == file.published_on
    assert PARSERS[name].published_on(edited(name, age)).isoformat() == file.published_on
    assert PARSERS[name].stamped_answers


def paged(name: str, *positions: tuple[str, int | None]) -> list[bytes]:
    """The answer cut into pages of its series: where each begins, and which it names as the next."""
    answer = json.loads(PAYLOADS[name][-1])
    items = answer["RESULTSET"]
    size = -(-len(items) // len(positions))
    made = []
    for number, (start, following) in enumerate(positions):
        part = items[number * size : (number + 1) * size]
        parameter = answer["PARAMETER"] | {"STARTPOSITION": start}
        page = answer | {"PARAMETER": parameter, "NEXTPOSITION": following, "RESULTSET": part}
        made.append(json.dumps(page).encode())
    return made


def test_pages_make_one_file_and_each_is_recognised() -> None:
    parser = PARSERS["tankan"]
    made = paged("tankan", ("", 7), ("7", None))
    for page in made:
        parser.recognise(page)
    assert parser.parse(bundle(made)).equals(parser.parse(PAYLOADS["tankan"][0]))
    # Requests for other codes begin at the beginning again.
    batches = bundle(paged("tankan", ("", None), ("1", None)))
    assert parser.parse(batches).equals(parser.parse(PAYLOADS["tankan"][0]))


def test_a_series_may_go_on_from_page_to_page() -> None:
    def half(first: bool) -> bytes:
        def cut(answer: Answer) -> None:
            answer["NEXTPOSITION"] = 7 if first else None
            answer["PARAMETER"]["STARTPOSITION"] = "" if first else "7"
            for item in answer["RESULTSET"]:
                part = slice(0, 3) if first else slice(3, None)
                item["VALUES"] = {key: values[part] for key, values in item["VALUES"].items()}

        return edited("tankan", cut)

    whole = PARSERS["tankan"].parse(PAYLOADS["tankan"][0])
    joined = PARSERS["tankan"].parse(bundle([half(True), half(False)]))
    assert joined.equals(whole)
    assert "one period after the other" in refusal(
        "tankan",
        bundle(
            [
                half(True),
                half(True)
                .replace(b'"NEXTPOSITION": 7', b'"NEXTPOSITION": null')
                .replace(b'"STARTPOSITION": ""', b'"STARTPOSITION": "7"'),
            ]
        ),
    )


@pytest.mark.parametrize(
    ("positions", "words"),
    [
        ([("", 7), ("5", None)], "expected page 2 to begin at position '7', found '5'"),
        ([("", None), ("7", None)], "expected page 2 to begin at position '', found '7'"),
        ([("", 5), ("5", 9)], "expected a page that begins at position 9 after page 2, found the end"),
    ],
)
def test_pages_that_are_missing_or_out_of_place_are_refused(positions, words) -> None:
    assert words in refusal("tankan", bundle(paged("tankan", *positions)))


def test_the_next_page_is_the_same_address_from_there_on() -> None:
    parser = PARSERS["tankan"]
    source = load_datasets()["jp_boj/tankan"].sources[0]
    (address,) = next(iter(wanted(source, date(2026, 11, 20)))).addresses
    first, last = paged("tankan", ("", 7), ("7", None))
    second_address = parser.follow(address, first)
    assert second_address == f"{address}&startPosition=7"
    assert parser.follow(second_address, last) is None
    with pytest.raises(LayoutError, match="expected a NEXTPOSITION beyond 7, found 7"):
        parser.follow(second_address, first)


def test_a_request_stays_within_the_limits_of_the_api() -> None:
    """250 codes, 60,000 observations: the longest history is that of days, and all of it is listed."""
    for name in ANSWERS:
        source = load_datasets()[f"jp_boj/{name}"].sources[0]
        codes = source.codes()
        assert len(codes) == len(set(codes))
        assert source.per_request == 250
        assert f"db={json.loads(PAYLOADS[name][-1])['PARAMETER']['DB']}&" in source.url
        assert "format=json&lang=en&" in source.url
    (portfolio,) = wanted(load_datasets()["jp_boj/portfolio_by_country"].sources[0], date(2026, 11, 20))
    assert len(portfolio.addresses) == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"STATUS": 400, "MESSAGEID": "M181005E", "MESSAGE": "Invalid code."},
            "found 400 and M181005E: Invalid code.",
        ),
        ({"STATUS": 503, "MESSAGEID": "M181091S", "MESSAGE": "Busy"}, "found 503 and M181091S: Busy"),
        (
            {"MESSAGEID": "M181030I", "MESSAGE": "No data", "RESULTSET": []},
            "found 200 and M181030I: No data. There is no data for what was asked",
        ),
        ({"RESULTSET": []}, "expected RESULTSET with content in the answer, found '[]'"),
        ({"PARAMETER": None}, "expected PARAMETER with content"),
        ({"NEXTPOSITION": "soon"}, "expected a position or null in NEXTPOSITION, found 'soon'"),
    ],
)
@each_answer
def test_an_answer_that_is_none_is_refused_with_its_message(name, fields, words) -> None:
    assert words in refusal(name, edited(name, lambda answer: answer.update(fields)))


def of_first(change: Callable[[Answer], object]) -> Callable[[Answer], object]:
    return lambda answer: change(answer["RESULTSET"][0])


def drop_last(key: str) -> Callable[[Answer], object]:
    return of_first(lambda item: item["VALUES"][key].pop())


MUTATIONS: dict[str, tuple[Callable[[Answer], object], str]] = {
    "another database": (lambda answer: answer["PARAMETER"].update(DB="XX01"), "expected DB '"),
    "another language": (lambda answer: answer["PARAMETER"].update(LANG="FR"), "found LANG 'FR'"),
    "another unit": (
        of_first(lambda item: item.update(UNIT="million yen")),
        "expected a unit like .* found 'million",
    ),
    "another frequency": (
        of_first(lambda item: item.update(FREQUENCY="ANNUAL")),
        "expected FREQUENCY '.*' in series 1, .* found 'ANN",
    ),
    "another code": (
        of_first(lambda item: item.update(SERIES_CODE="STRDCLUCON")),
        "expected series codes like",
    ),
    "another name": (
        of_first(lambda item: item.update(NAME_OF_TIME_SERIES="Call Rate")),
        "expected a name like .* in series 1, .* found 'Call Rate'. The code may stand for another series",
    ),
    "a key renamed": (
        of_first(lambda item: item.update(DATA=item.pop("VALUES"))),
        "expected VALUES in series 1",
    ),
    "no day of update": (
        of_first(lambda item: item.update(LAST_UPDATE=20261340)),
        "expected a day YYYYMMDD as LAST_UP",
    ),
    "a value less": (
        drop_last("VALUES"),
        r"of the same length in series 1, \w+, found \d+ dates and \d+ values",
    ),
    "a date less": (drop_last("SURVEY_DATES"), "of the same length"),
    "no values at all": (
        of_first(lambda item: item.update(VALUES={"SURVEY_DATES": [], "VALUES": []})),
        "of the same length in series 1, .* found 0 dates",
    ),
    "no number": (
        of_first(lambda item: item["VALUES"]["VALUES"].__setitem__(2, "n.a.")),
        "expected a number or null for",
    ),
    "a number in other digits": (
        of_first(lambda item: item["VALUES"]["VALUES"].__setitem__(2, 1e30)),
        r"expected a number or null for \d+ in series 1, .* found '1e\+30'",
    ),
    "no date": (
        of_first(lambda item: item["VALUES"]["SURVEY_DATES"].__setitem__(2, 209913)),
        "dates in series 1, ",
    ),
    "dates in another order": (
        of_first(lambda item: item["VALUES"]["SURVEY_DATES"].reverse()),
        "expected one period after the other in series",
    ),
    "a date twice": (
        of_first(
            lambda item: item["VALUES"]["SURVEY_DATES"].__setitem__(2, item["VALUES"]["SURVEY_DATES"][1])
        ),
        "expected one period after the other in series",
    ),
    "a series twice": (
        lambda answer: answer["RESULTSET"].append(answer["RESULTSET"][0]),
        "expected each series once, found .* twice",
    ),
}


@each_answer
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_an_answer_that_went_wrong_is_refused_with_what_was_expected_and_where(name, mutation) -> None:
    change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PARSERS[name], edited(name, change))


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "yen_rates"])
def test_a_month_or_quarter_left_out_is_refused_as_all_are_listed(name) -> None:
    def leave_out(answer: Answer) -> None:
        for values in answer["RESULTSET"][0]["VALUES"].values():
            values.pop(2)

    assert "expected one period after the other" in refusal(name, edited(name, leave_out))


@each_answer
@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "expected an answer in JSON, found 0 bytes"),
        (HTML, "expected an answer in JSON, found .*DOCTYPE"),
        (b"[1, 2]", "expected an answer of the Bank of Japan with STATUS and MESSAGEID, found list"),
        (b'{"error": "Forbidden"}', r"expected an answer of the Bank of Japan .* found \['error'\]"),
        (b"\xff\xfe{}", "expected text in utf-8-sig, found byte 0xff"),
        (b'{"STATUS":200,"STATUS":400}', "expected each key once, found 'STATUS' twice"),
    ],
)
def test_what_is_no_answer_is_refused(name, payload, words) -> None:
    with pytest.raises(LayoutError, match=words):
        read(PARSERS[name], payload)


@each_answer
def test_an_answer_cut_anywhere_is_refused(name) -> None:
    whole = PAYLOADS[name][-1]
    for end in range(1, len(whole) - 1, len(whole) // 7):
        assert "cut short" in refusal(name, whole[:end])


def test_a_group_of_countries_is_refused() -> None:
    payload = PAYLOADS["portfolio_by_country"][-1].replace(b"9GB", b"9OE").replace(b"U.K.", b"OECD countries")
    assert "no\\ group\\ of\\ countries" in refusal("portfolio_by_country", payload)


def test_series_that_are_missing_or_in_another_place_do_not_add_up() -> None:
    name = "portfolio_by_country"
    gone = edited(name, lambda answer: answer["RESULTSET"].remove(series(answer, "BPPI6E3P9GB")))
    assert "expected acquisition, disposition and net of 'Long-term debt securities'" in refusal(name, gone)
    no_class = edited(
        name,
        lambda answer: answer.update(
            RESULTSET=[
                item
                for item in answer["RESULTSET"]
                if item["SERIES_CODE"][5:] not in ("D4N9US", "D4P9US", "D4R9US")
            ]
        ),
    )
    assert "expected acquisition, disposition and net of 'Short-term debt" in refusal(name, no_class)
    for one, two in (("E3R9GB", "E3P9GB"), ("E3N9GB", "E3N9US"), ("D2P9CI", "D3P9CI"), ("E1N5", "E1N9GB")):
        words = refusal(name, swap_values(name, f"BPPI6{one}", f"BPPI6{two}"))
        assert "expected acquisition - disposition = net within 2" in words
    classes = edited(
        name,
        lambda answer: [
            series(answer, f"BPPI6E2{letter}9GB")["VALUES"].update(
                series(answer, f"BPPI6E4{letter}9GB")["VALUES"]
            )
            for letter in "RPN"
        ],
    )
    assert "expected the asset classes to add up to 'Total' within 3" in refusal(name, classes)


def test_sectors_that_are_missing_or_in_another_place_do_not_add_up() -> None:
    name = "jgb_holders"
    swapped = refusal(name, swap_values(name, "FOF_FFAS110A311", "FOF_FFAS500A311"))
    assert "expected sectors 100 + 400 + 500 = 700 of 'Central government securities" in swapped
    for code in ("FOF_FFAS430A311", "FOF_FFAS131A310", "FOF_FFAS700A310"):
        gone = edited(name, lambda answer, code=code: answer["RESULTSET"].remove(series(answer, code)))
        assert "expected se" in refusal(name, gone)
    # Households hold no bills and have no series of them.
    assert not any("430A310" in item["SERIES_CODE"] for item in json.loads(PAYLOADS[name][0])["RESULTSET"])

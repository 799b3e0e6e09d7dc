"""Parsers of the Bank of Japan: answers of its Time-Series Data Search.

An answer (JSON, in English or Japanese) says in its own body whether it is one: STATUS 200 beside a
message about missing data is none. It holds series, each with parallel lists of dates and values;
further pages follow where NEXTPOSITION names one. Periods are YYYYMM, YYYYMMDD or YYYYQQ, where
202601 is the first quarter and no January. Numbers keep the digits in which they were published.
The two workbooks of the flow of funds are the business of `workbooks.py`.
"""

import json
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pandas as pd

from orchestration.defs.jp_boj.workbooks import (
    FUND_COLUMNS,
    parse_workbook,
    quarter_days,
    recognise_workbook,
    workbook_part,
)
from orchestration.errors import LayoutError
from orchestration.parsing import Parser, decode, pages, squash

SUCCESS, NO_DATA = "M181000I", "M181030I"
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
MONTHS_IN = {"MONTHLY": 1, "QUARTERLY": 3}
PERIOD = ("period_start", "period_end")
SERIES_COLUMNS = ("series_code", "survey_date", "value", *PERIOD)

# How the codes BPPI6<side><class><measure><counterpart> are read. The letters are receipts (R) and
# payments (P): residents pay for what they acquire abroad, and receive for what foreigners acquire.
SIDES = {"D": "Portfolio Investment Assets", "E": "Portfolio Investment Liabilities"}
CLASSES = {
    "1": "Total",
    "2": "Equity and investment fund shares",
    "3": "Long-term debt securities",
    "4": "Short-term debt securities",
}
MEASURES = {
    "D": {"P": "acquisition", "R": "disposition", "N": "net"},
    "E": {"R": "acquisition", "P": "disposition", "N": "net"},
}
# Every counterpart that is no group of others. The letters are the Bank's own, not ISO 3166.
COUNTERPARTS = {
    "AE": "U.A.E.", "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BH": "Bahrain",
    "BM": "Bermuda", "BR": "Brazil", "BS": "Bahamas", "CA": "Canada", "CH": "Switzerland",
    "CI": "Cayman Islands", "CN": "P.R. China", "DE": "Germany", "DK": "Denmark", "ES": "Spain",
    "FI": "Finland", "FR": "France", "GB": "U.K.", "GR": "Greece", "HK": "Hong Kong", "ID": "Indonesia",
    "IE": "Ireland", "II": "International Organization", "IN": "India", "IR": "Iran", "IT": "Italy",
    "KR": "R.Korea", "LX": "Luxembourg", "MX": "Mexico", "MY": "Malaysia", "NL": "Netherlands",
    "NO": "Norway", "NZ": "New Zealand", "OT": "Rest of the World", "PH": "Philippines", "PT": "Portugal",
    "RW": "Unallocated", "SA": "Saudi Arabia", "SE": "Sweden", "SG": "Singapore", "SU": "Russia",
    "TH": "Thailand", "TW": "Taiwan", "US": "U.S.A.", "VI": "British Virgin Islands", "VN": "Viet Nam",
    "ZA": "R.South Africa",
}  # fmt: skip
WORLD = "world"
# Endings of the codes of the world's figures: 5, 5A and 7, by no visible system.
PORTFOLIO_CODE = r"BPPI6(?P<side>[DE])(?P<class>[1-4])(?P<measure>[RPN])(?:9(?P<counterpart>[A-Z]{2})|5A?|7)"
FLOWS = ("acquisition", "disposition", "net")
PORTFOLIO_COLUMNS = ("side", "asset_class", "counterpart", "survey_date", *FLOWS, *PERIOD)

# Sectors of the flow of funds as its series codes number them (the workbooks number otherwise).
HOLDER_CODE = r"FOF_FFAS(?P<sector>\d{3})A(?P<instrument>310|311)"
INSTRUMENTS = {"310": "Treasury discount bills", "311": "Central government securities and FILP bonds"}
HOLDER_NAMES = {"430": "Households", "500": "Overseas"}
HOLDER_SUMS = {
    "700": ("100", "400", "500"),
    "400": ("410", "420", "430", "440"),
    "130": ("131", "140"),
}

TANKAN_CODE = r"TK99F(?P<industry>[12]000)601GCQ(?P<tense>[01])(?P<size>[123])000"
INDUSTRIES = {"1000": "Manufacturing", "2000": "Nonmanufacturing"}
SIZES = {"1": "Large", "2": "Medium", "3": "Small"}
ACTUAL, FORECAST = "0", "1"
TENSES = {ACTUAL: "Actual result", FORECAST: "Forecast"}


@dataclass(frozen=True)
class Answers:
    """What one dataset demands of every answer.

    Attributes:
        what: the dataset's id, for messages.
        db: the database that was asked.
        frequency: of every series.
        units: what a unit must match, by the language of the answer; no other language is known.
        code: what every series code must match.
        name: what the English name of a code's series must match.
    """

    what: str
    db: str
    frequency: str
    units: Mapping[str, str]
    code: str
    name: Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class Series:
    """One series of an answer: its code, taken apart, and its dates and values as published."""

    code: str
    found: re.Match[str]
    updated: date
    observations: tuple[tuple[str, str | None], ...]


def _refused(what: str, text: str) -> LayoutError:
    return LayoutError(f"{what}: {text}; nothing was loaded.")


def recognise(payload: bytes, asked: Answers) -> None:
    """Demand answers of this dataset: status, database, frequency, unit, codes and names."""
    for page in pages(payload, asked.what):
        _series(_answer(page, asked.what), asked)


def published_on(payload: bytes, asked: Answers) -> date:
    """The newest day on which one of the series was updated."""
    answers = (_answer(page, asked.what) for page in pages(payload, asked.what))
    return max(series.updated for answer in answers for series in _series(answer, asked))


def follow(address: str, page: bytes, asked: Answers) -> str | None:
    """The same address from NEXTPOSITION on; None where the answer is complete."""
    answer = _answer(page, asked.what)
    position = _next_position(answer, asked.what)
    if position is None:
        return None
    parts = urlsplit(address)
    given = dict(parse_qsl(parts.query))
    if int(position) <= int(given.get("startPosition", "1")):
        raise _refused(
            asked.what,
            f"expected a NEXTPOSITION beyond {given.get('startPosition', '1')}, found {position}: the pages "
            "would never end",
        )
    query = urlencode(given | {"startPosition": position}, safe=",")
    return urlunsplit(parts._replace(query=query))


def parse_series(payload: bytes, asked: Answers) -> pd.DataFrame:
    """One row per series and period with an observation."""
    rows = []
    for series in _whole(payload, asked):
        for published, value in series.observations:
            if value is not None:
                start, end = _period(published, asked.frequency)
                rows.append((series.code, published, value, start.isoformat(), end.isoformat()))
    return _frame(rows, SERIES_COLUMNS, asked.what)


def parse_portfolio(payload: bytes, asked: Answers) -> pd.DataFrame:
    """One row per side, asset class, counterpart and month, with its three figures.

    The three are one row, because they are revised together.
    """
    figures: dict[tuple[str, str, str], dict[str, dict[str, str]]] = {}
    for series in _whole(payload, asked):
        side, asset_class, letter, counterpart = series.found.group("side", "class", "measure", "counterpart")
        flow = MEASURES[side][letter]
        months = figures.setdefault((side, asset_class, counterpart or WORLD), {})
        for published, value in series.observations:
            months.setdefault(published, {})[flow] = "" if value is None else value
    counterparts = {(side, counterpart) for side, _, counterpart in figures}
    for side, counterpart in sorted(counterparts):
        for asset_class, name in CLASSES.items():
            for published, month in figures.get((side, asset_class, counterpart), {"": {}}).items():
                missing = [flow for flow in FLOWS if flow not in month]
                if missing:
                    raise _refused(
                        asked.what,
                        f"expected acquisition, disposition and net of '{name}' ({SIDES[side]}, "
                        f"{counterpart}), found no {missing[0]}{f' for {published}' if published else ''}. A "
                        "series is missing",
                    )
    rows = []
    for (side, asset_class, counterpart), months in figures.items():
        for published, month in months.items():
            if any(month.values()):
                start, end = _period(published, asked.frequency)
                rows.append(
                    (
                        SIDES[side],
                        CLASSES[asset_class],
                        counterpart,
                        published,
                        *(month[flow] for flow in FLOWS),
                        start.isoformat(),
                        end.isoformat(),
                    )
                )
    frame = _frame(rows, PORTFOLIO_COLUMNS, asked.what)
    _expect_sound_flows(frame, asked.what)
    return frame


def parse_holders(payload: bytes, asked: Answers) -> pd.DataFrame:
    """One row per series and quarter; the sectors have to add up."""
    frame = parse_series(payload, asked)
    parts = frame["series_code"].str.extract(HOLDER_CODE)
    values = pd.to_numeric(frame["value"])
    for instrument, of_it in values.groupby(parts["instrument"]):
        wide = of_it.groupby([frame["survey_date"], parts["sector"]]).sum().unstack()
        for whole, sectors in HOLDER_SUMS.items():
            # A sector that never holds any of an instrument has no series.
            there = [sector for sector in sectors if sector in wide]
            if whole not in wide or not there:
                raise _refused(
                    asked.what,
                    f"expected series of the sectors {whole} and {', '.join(sectors)} of "
                    f"'{INSTRUMENTS[instrument]}', found those of {', '.join(wide)}",
                )
            sums = wide[there].sum(axis=1, skipna=False)
            # Each is rounded by itself.
            off = (wide[whole] - sums).abs() > (len(there) + 1) / 2
            if off.any():
                raise _refused(
                    asked.what,
                    f"expected sectors {' + '.join(there)} = {whole} of '{INSTRUMENTS[instrument]}' for "
                    f"{off.idxmax()}, found {sums[off].iloc[0]:,.0f} and {wide[whole][off].iloc[0]:,.0f} "
                    f"({int(off.sum())} such quarters). Series may have changed places",
                )
    return frame


def parse_tankan(payload: bytes, asked: Answers) -> pd.DataFrame:
    """One row per series and quarter; the period is the quarter of the survey.

    A forecast is listed under the quarter that it is about, one after the quarter in which it was
    asked and published.
    """
    frame = parse_series(payload, asked)
    forecasts = frame["series_code"].str.extract(TANKAN_CODE)["tense"] == FORECAST
    asked_in = [_quarter_before(day) for day in frame.loc[forecasts, "period_start"]]
    frame.loc[forecasts, "period_start"] = [start.isoformat() for start, _ in asked_in]
    frame.loc[forecasts, "period_end"] = [end.isoformat() for _, end in asked_in]
    return frame


def _frame(rows: Sequence[tuple[str, ...]], columns: Sequence[str], what: str) -> pd.DataFrame:
    if not rows:
        raise _refused(what, "expected observations, found none")
    return pd.DataFrame(rows, columns=list(columns), dtype="str")


def _whole(payload: bytes, asked: Answers) -> list[Series]:
    """Every series of a file, its pages put together; the pages must be all there, in their order."""
    joined: dict[str, Series] = {}
    awaited = ""
    bundled = pages(payload, asked.what)
    for number, page in enumerate(bundled, start=1):
        answer = _answer(page, asked.what)
        position = str(answer["PARAMETER"].get("STARTPOSITION") or "")
        position = "" if position == "1" else position
        if position != awaited:
            raise _refused(
                asked.what,
                f"expected page {number} to begin at position '{awaited}', found '{position}'. A page is "
                "missing or out of place",
            )
        awaited = _next_position(answer, asked.what) or ""
        for series in _series(answer, asked):
            held = joined.get(series.code)
            observations = (held.observations if held else ()) + series.observations
            joined[series.code] = Series(series.code, series.found, series.updated, observations)
    if awaited:
        raise _refused(
            asked.what,
            f"expected a page that begins at position {awaited} after page {len(bundled)}, found the end",
        )
    for series in joined.values():
        _expect_sequence(series, asked)
    return list(joined.values())


def _answer(page: bytes, what: str) -> dict[str, Any]:
    """An answer that says of itself that it is one; numbers as text, as they were written."""
    text = decode(page, "utf-8-sig", what)
    try:
        answer = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=partial(_once, what)
        )
    except json.JSONDecodeError as error:
        raise _refused(
            what,
            f"expected an answer in JSON, found {len(page):,} bytes that begin with {page[:40]!r} ({error}). "
            "It may be cut short or another file",
        ) from None
    if not isinstance(answer, dict) or "STATUS" not in answer or "MESSAGEID" not in answer:
        keys = list(answer)[:5] if isinstance(answer, dict) else type(answer).__name__
        raise _refused(
            what,
            f"expected an answer of the Bank of Japan with STATUS and MESSAGEID, found {keys}. It is another "
            "file or another layout",
        )
    status, message_id = answer["STATUS"], answer["MESSAGEID"]
    if (status, message_id) != ("200", SUCCESS):
        hint = " There is no data for what was asked." if message_id == NO_DATA else ""
        raise _refused(
            what,
            f"expected STATUS 200 and MESSAGEID {SUCCESS}, found {status} and {message_id}: "
            f"{answer.get('MESSAGE', 'no message')}.{hint}",
        )
    for key, kind in (("PARAMETER", dict), ("RESULTSET", list)):
        if not isinstance(answer.get(key), kind) or not answer[key]:
            raise _refused(
                what, f"expected {key} with content in the answer, found {str(answer.get(key))[:80]!r}"
            )
    return answer


def _once(what: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys each stand once; JSON would let the last one win."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _refused(what, f"expected each key once, found '{twice}' twice")
    return found


def _next_position(answer: Mapping[str, Any], what: str) -> str | None:
    position = answer.get("NEXTPOSITION", "no such key")
    if position is None or position == "":
        return None
    if not re.fullmatch(r"\d+", str(position)):
        raise _refused(what, f"expected a position or null in NEXTPOSITION, found '{position}'")
    return position


def _series(answer: Mapping[str, Any], asked: Answers) -> list[Series]:
    """The series of one answer, once database, language, frequency, unit, code and name are right."""
    language = str(answer["PARAMETER"].get("LANG", "")).upper()
    where = "PARAMETER of the answer"
    _expect(str(answer["PARAMETER"].get("DB", "")).upper(), asked.db, "DB", where, asked.what)
    if language not in asked.units:
        raise _refused(
            asked.what,
            f"expected an answer in {' or '.join(asked.units)}, found LANG '{language}' in {where}",
        )
    suffix = "_J" if language == "JP" else ""
    found = [_one(item, number, suffix, asked) for number, item in enumerate(answer["RESULTSET"], start=1)]
    codes = [series.code for series in found]
    twice = (
        next((code for code in codes if codes.count(code) > 1), None)
        if len(set(codes)) < len(codes)
        else None
    )
    if twice:
        raise _refused(asked.what, f"expected each series once, found {twice} twice")
    return found


def _one(item: Any, number: int, suffix: str, asked: Answers) -> Series:  # noqa: ANN401 - whatever the JSON held
    needed = (
        "SERIES_CODE",
        f"NAME_OF_TIME_SERIES{suffix}",
        f"UNIT{suffix}",
        "FREQUENCY",
        "LAST_UPDATE",
        "VALUES",
    )
    missing = [key for key in needed if key not in item]
    if missing:
        raise _refused(
            asked.what, f"expected {missing[0]} in series {number} of the answer, found {sorted(item)}"
        )
    code, name, unit, frequency, updated, values = (item[key] for key in needed)
    where = f"series {number}, {code}"
    found = re.fullmatch(asked.code, code)
    if not found:
        raise _refused(
            asked.what,
            f"expected series codes like {asked.code}, found '{code}' as series {number}. It is another "
            "dataset's answer",
        )
    _expect(frequency, asked.frequency, "FREQUENCY", where, asked.what)
    language = "JP" if suffix else "EN"
    if not re.fullmatch(asked.units[language], str(unit), re.IGNORECASE):
        raise _refused(
            asked.what,
            f"expected a unit like '{asked.units[language]}' in {where}, found '{unit}'. The unit may have "
            "changed",
        )
    # What a code's series is called in Japanese is not known of every dataset.
    if language == "EN" and not re.fullmatch(asked.name(found), squash(str(name)), re.IGNORECASE):
        raise _refused(
            asked.what,
            f"expected a name like '{asked.name(found)}' in {where}, found '{name}'. The code may stand for "
            "another series now",
        )
    day = _day(str(updated))
    if day is None:
        raise _refused(asked.what, f"expected a day YYYYMMDD as LAST_UPDATE of {where}, found '{updated}'")
    return Series(code, found, day, tuple(_observations(values, where, asked)))


def _observations(values: Any, where: str, asked: Answers) -> Iterator[tuple[str, str | None]]:  # noqa: ANN401
    dates, figures = (
        values.get(key) if isinstance(values, dict) else None for key in ("SURVEY_DATES", "VALUES")
    )
    if (
        not isinstance(dates, list)
        or not isinstance(figures, list)
        or len(dates) != len(figures)
        or not dates
    ):
        sizes = [len(x) if isinstance(x, list) else "none" for x in (dates, figures)]
        raise _refused(
            asked.what,
            f"expected lists SURVEY_DATES and VALUES of the same length in {where}, found {sizes[0]} dates "
            f"and {sizes[1]} values",
        )
    for published, value in zip(dates, figures, strict=True):
        if _period_or_none(str(published), asked.frequency) is None:
            raise _refused(asked.what, f"expected {asked.frequency} dates in {where}, found '{published}'")
        if value is not None and not (isinstance(value, str) and re.fullmatch(NUMBER, value)):
            raise _refused(
                asked.what, f"expected a number or null for {published} in {where}, found '{value}'"
            )
        yield published, value


def _expect(found: object, expected: str, key: str, where: str, what: str) -> None:
    if found != expected:
        raise _refused(
            what,
            f"expected {key} '{expected}' in {where}, found '{found}'. It is another dataset's answer or "
            "another layout",
        )


def _expect_sequence(series: Series, asked: Answers) -> None:
    """Demand one period after the other; days may be left out, and none stands twice."""
    last: tuple[date, str] | None = None
    for published, _ in series.observations:
        start, end = _period(published, asked.frequency)
        step = (start - last[0]).days if last else 1
        if step < 1 or (step > 1 and asked.frequency in MONTHS_IN):
            raise _refused(
                asked.what,
                f"expected one period after the other in series {series.code}, found {published} after "
                f"{last[1] if last else 'nothing'}",
            )
        last = end, published


def _period(published: str, frequency: str) -> tuple[date, date]:
    period = _period_or_none(published, frequency)
    if period is None:
        raise ValueError(f"'{published}' is no {frequency} period")
    return period


def _period_or_none(published: str, frequency: str) -> tuple[date, date] | None:
    """First and last day of YYYYMMDD, YYYYMM or YYYYQQ."""
    if frequency == "DAILY":
        day = _day(published)
        return (day, day) if day else None
    with suppress(ValueError):
        months = MONTHS_IN[frequency]
        if not re.fullmatch(r"\d{6}", published):
            return None
        year, position = int(published[:4]), int(published[4:])
        start = date(year, (position - 1) * months + 1, 1)
        last = start.month + months - 1
        return start, date(year, last, monthrange(year, last)[1])
    return None


def _day(published: str) -> date | None:
    """YYYYMMDD as a day; strptime alone would read a month as one of its days."""
    with suppress(ValueError):
        if re.fullmatch(r"\d{8}", published):
            return datetime.strptime(published, "%Y%m%d").date()
    return None


def _quarter_before(first_day: str) -> tuple[date, date]:
    start = date.fromisoformat(first_day)
    return quarter_days(start.year - (start.month == 1), (start.month // 3) or 4)


def _expect_sound_flows(frame: pd.DataFrame, what: str) -> None:
    """Demand acquisition less disposition = net, and asset classes that add up to their total.

    One unit more than rounding allows for: no observation of these series was at hand.
    """
    numbers = frame[list(FLOWS)].apply(pd.to_numeric)
    off = (numbers["acquisition"] - numbers["disposition"] - numbers["net"]).abs() > 2
    if off.any():
        row, found = frame.loc[off].iloc[0], numbers.loc[off].iloc[0]
        raise _refused(
            what,
            f"expected acquisition - disposition = net within 2, found {found['acquisition']:,.0f} - "
            f"{found['disposition']:,.0f} and {found['net']:,.0f} for '{row['asset_class']}' ({row['side']}, "
            f"{row['counterpart']}) in {row['survey_date']} ({int(off.sum())} such rows). Series may have "
            "changed places",
        )
    total = CLASSES["1"]
    keys = [frame[key] for key in ("side", "counterpart", "survey_date")]
    whole = frame["asset_class"] == total
    sums = numbers.where(~whole).groupby(keys).sum(min_count=len(CLASSES) - 1)
    totals = numbers.where(whole).groupby(keys).sum(min_count=1)
    off = ((sums - totals).abs() > 3).any(axis=1)
    if off.any():
        side, counterpart, month = off[off].index[0]
        raise _refused(
            what,
            f"expected the asset classes to add up to '{total}' within 3, found {list(sums[off].iloc[0])} "
            f"and {list(totals[off].iloc[0])} ({', '.join(FLOWS)}; {side}, {counterpart}, {month}; "
            f"{int(off.sum())} such sums). Series may have changed places",
        )


def _portfolio_name(code: re.Match[str]) -> str:
    counterpart = code["counterpart"]
    middle = f"{re.escape(COUNTERPARTS.get(counterpart, 'no group of countries'))}/" if counterpart else ""
    measure = MEASURES[code["side"]][code["measure"]]
    return f"{SIDES[code['side']]}/{CLASSES[code['class']]}/{middle}{measure}"


def _holder_name(code: re.Match[str]) -> str:
    return f"Assets/[- ]*{INSTRUMENTS[code['instrument']]}/{HOLDER_NAMES.get(code['sector'], '.+')}/Stock"


def _tankan_name(code: re.Match[str]) -> str:
    enterprises = f"{SIZES[code['size']]}[- a-z]* Enterprises/{INDUSTRIES[code['industry']]}"
    return f"D\\.I\\./Business Conditions/{enterprises}/{TENSES[code['tense']]}"


def _answers(
    dataset: str,
    parse: Callable[..., pd.DataFrame],
    columns: tuple[str, ...],
    **demands: Any,  # noqa: ANN401
) -> Parser:
    asked = Answers(what=f"jp_boj/{dataset}", **demands)
    return Parser(
        columns=columns,
        recognise=partial(recognise, asked=asked),
        parse=partial(parse, asked=asked),
        published_on=partial(published_on, asked=asked),
        follow=partial(follow, asked=asked),
        stamped_answers=True,
    )


_YEN = {"EN": "100 million yen", "JP": "億円"}

PARSERS = {
    "portfolio_by_country": _answers(
        "portfolio_by_country",
        parse_portfolio,
        PORTFOLIO_COLUMNS,
        db="BP01",
        frequency="MONTHLY",
        units=_YEN,
        code=PORTFOLIO_CODE,
        name=_portfolio_name,
    ),
    "jgb_holders": _answers(
        "jgb_holders",
        parse_holders,
        SERIES_COLUMNS,
        db="FF",
        frequency="QUARTERLY",
        units=_YEN,
        code=HOLDER_CODE,
        name=_holder_name,
    ),
    "flow_of_funds_xlsx": Parser(
        columns=FUND_COLUMNS, recognise=recognise_workbook, parse=parse_workbook, part=workbook_part
    ),
    "yen_rates": _answers(
        "yen_rates",
        parse_series,
        SERIES_COLUMNS,
        db="FM08",
        frequency="DAILY",
        units={"EN": r"Yen per U\.?S\.? ?Dollar"},
        code="FXERD0[14]",
        name=lambda code: rf"US\.? ?Dollar/Yen Spot Rate at {'9' if code[0][-1] == '1' else '17'}:00 .*",
    ),
    "effective_rates": _answers(
        "effective_rates",
        parse_series,
        SERIES_COLUMNS,
        db="FM09",
        frequency="MONTHLY",
        units={"EN": r"\D*2020\D*=\s*100\D*"},
        code="FX18011000[12]",
        name=lambda code: rf".*\b{'Nominal' if code[0][-1] == '1' else 'Real'}\b.*",
    ),
    "tankan": _answers(
        "tankan",
        parse_tankan,
        SERIES_COLUMNS,
        db="CO",
        frequency="QUARTERLY",
        units={"EN": r"% points", "JP": r"%ポイント"},
        code=TANKAN_CODE,
        name=_tankan_name,
    ),
}

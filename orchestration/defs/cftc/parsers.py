"""Parser of the Traders in Financial Futures report of the Commodity Futures Trading Commission.

The report comes in two shapes: a yearly zip with one CSV, and a JSON service that answers page by page.
Both give the same columns and, for the same figure, the same text, so that a report that is held from
both is no revision. Where one writes '.', the other leaves the key out: not available, here ''.
"""

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import (
    PAGE,
    Parser,
    csv_records,
    decode,
    expect_identity,
    expect_numbers,
    expect_width,
    pages,
    squash,
    unzip,
)

WHAT = "cftc/tff"
MEMBER = "FinFutYY.txt"
SERVICE = "service"
FUTURES_ONLY = "FutOnly"
# Reports are as of a Tuesday; where that is a holiday, as of the Monday before it.
TUESDAY = 1
# What the service gives where it does not heed the limit that was asked for.
DEFAULT_LIMIT = 1_000

# Name in the CSV, name in the JSON: the service drops '_all' here and there.
IDENTITY = {
    "Market_and_Exchange_Names": "market_and_exchange_names",
    "As_of_Date_In_Form_YYMMDD": "id",
    "Report_Date_as_YYYY-MM-DD": "report_date_as_yyyy_mm_dd",
    "CFTC_Contract_Market_Code": "cftc_contract_market_code",
    "CFTC_Market_Code": "cftc_market_code",
}
POSITIONS = {
    "Open_Interest_All": "open_interest_all",
    "Dealer_Positions_Long_All": "dealer_positions_long_all",
    "Dealer_Positions_Short_All": "dealer_positions_short_all",
    "Dealer_Positions_Spread_All": "dealer_positions_spread_all",
    "Asset_Mgr_Positions_Long_All": "asset_mgr_positions_long",
    "Asset_Mgr_Positions_Short_All": "asset_mgr_positions_short",
    "Asset_Mgr_Positions_Spread_All": "asset_mgr_positions_spread",
    "Lev_Money_Positions_Long_All": "lev_money_positions_long",
    "Lev_Money_Positions_Short_All": "lev_money_positions_short",
    "Lev_Money_Positions_Spread_All": "lev_money_positions_spread",
    "Other_Rept_Positions_Long_All": "other_rept_positions_long",
    "Other_Rept_Positions_Short_All": "other_rept_positions_short",
    "Other_Rept_Positions_Spread_All": "other_rept_positions_spread",
    "Tot_Rept_Positions_Long_All": "tot_rept_positions_long_all",
    "Tot_Rept_Positions_Short_All": "tot_rept_positions_short",
    "NonRept_Positions_Long_All": "nonrept_positions_long_all",
    "NonRept_Positions_Short_All": "nonrept_positions_short_all",
}
CHANGES = {
    "Change_in_Open_Interest_All": "change_in_open_interest_all",
    "Change_in_Dealer_Long_All": "change_in_dealer_long_all",
    "Change_in_Dealer_Short_All": "change_in_dealer_short_all",
    "Change_in_Dealer_Spread_All": "change_in_dealer_spread_all",
    "Change_in_Asset_Mgr_Long_All": "change_in_asset_mgr_long",
    "Change_in_Asset_Mgr_Short_All": "change_in_asset_mgr_short",
    "Change_in_Asset_Mgr_Spread_All": "change_in_asset_mgr_spread",
    "Change_in_Lev_Money_Long_All": "change_in_lev_money_long",
    "Change_in_Lev_Money_Short_All": "change_in_lev_money_short",
    "Change_in_Lev_Money_Spread_All": "change_in_lev_money_spread",
    "Change_in_Other_Rept_Long_All": "change_in_other_rept_long",
    "Change_in_Other_Rept_Short_All": "change_in_other_rept_short",
    "Change_in_Other_Rept_Spread_All": "change_in_other_rept_spread",
    "Change_in_Tot_Rept_Long_All": "change_in_tot_rept_long_all",
    "Change_in_Tot_Rept_Short_All": "change_in_tot_rept_short",
    "Change_in_NonRept_Long_All": "change_in_nonrept_long_all",
    "Change_in_NonRept_Short_All": "change_in_nonrept_short_all",
}
# The publisher's own shares: compared with the positions, and not kept, as they follow from them.
SHARES = {
    "Pct_of_Open_Interest_All": "pct_of_open_interest_all",
    "Pct_of_OI_Dealer_Long_All": "pct_of_oi_dealer_long_all",
    "Pct_of_OI_Dealer_Short_All": "pct_of_oi_dealer_short_all",
    "Pct_of_OI_Dealer_Spread_All": "pct_of_oi_dealer_spread_all",
    "Pct_of_OI_Asset_Mgr_Long_All": "pct_of_oi_asset_mgr_long",
    "Pct_of_OI_Asset_Mgr_Short_All": "pct_of_oi_asset_mgr_short",
    "Pct_of_OI_Asset_Mgr_Spread_All": "pct_of_oi_asset_mgr_spread",
    "Pct_of_OI_Lev_Money_Long_All": "pct_of_oi_lev_money_long",
    "Pct_of_OI_Lev_Money_Short_All": "pct_of_oi_lev_money_short",
    "Pct_of_OI_Lev_Money_Spread_All": "pct_of_oi_lev_money_spread",
    "Pct_of_OI_Other_Rept_Long_All": "pct_of_oi_other_rept_long",
    "Pct_of_OI_Other_Rept_Short_All": "pct_of_oi_other_rept_short",
    "Pct_of_OI_Other_Rept_Spread_All": "pct_of_oi_other_rept_spread",
    "Pct_of_OI_Tot_Rept_Long_All": "pct_of_oi_tot_rept_long_all",
    "Pct_of_OI_Tot_Rept_Short_All": "pct_of_oi_tot_rept_short",
    "Pct_of_OI_NonRept_Long_All": "pct_of_oi_nonrept_long_all",
    "Pct_of_OI_NonRept_Short_All": "pct_of_oi_nonrept_short_all",
}
TRADERS = {
    "Traders_Tot_All": "traders_tot_all",
    "Traders_Dealer_Long_All": "traders_dealer_long_all",
    "Traders_Dealer_Short_All": "traders_dealer_short_all",
    "Traders_Dealer_Spread_All": "traders_dealer_spread_all",
    "Traders_Asset_Mgr_Long_All": "traders_asset_mgr_long_all",
    "Traders_Asset_Mgr_Short_All": "traders_asset_mgr_short_all",
    "Traders_Asset_Mgr_Spread_All": "traders_asset_mgr_spread",
    "Traders_Lev_Money_Long_All": "traders_lev_money_long_all",
    "Traders_Lev_Money_Short_All": "traders_lev_money_short_all",
    "Traders_Lev_Money_Spread_All": "traders_lev_money_spread",
    "Traders_Other_Rept_Long_All": "traders_other_rept_long_all",
    "Traders_Other_Rept_Short_All": "traders_other_rept_short",
    "Traders_Other_Rept_Spread_All": "traders_other_rept_spread",
    "Traders_Tot_Rept_Long_All": "traders_tot_rept_long_all",
    "Traders_Tot_Rept_Short_All": "traders_tot_rept_short_all",
}
DETAILS = {
    "Contract_Units": "contract_units",
    "CFTC_SubGroup_Code": "cftc_subgroup_code",
    "FutOnly_or_Combined": "futonly_or_combined",
}
NAMES = IDENTITY | POSITIONS | CHANGES | SHARES | TRADERS | DETAILS
# The CSV's columns, in its order; those without a name in the JSON above are read by nobody. The codes of
# regions are among them: the two sources write them in different ways.
HEADER = (
    *IDENTITY, "CFTC_Region_Code", "CFTC_Commodity_Code", *POSITIONS, *CHANGES, *SHARES, *TRADERS,
    "Conc_Gross_LE_4_TDR_Long_All", "Conc_Gross_LE_4_TDR_Short_All",
    "Conc_Gross_LE_8_TDR_Long_All", "Conc_Gross_LE_8_TDR_Short_All",
    "Conc_Net_LE_4_TDR_Long_All", "Conc_Net_LE_4_TDR_Short_All",
    "Conc_Net_LE_8_TDR_Long_All", "Conc_Net_LE_8_TDR_Short_All",
    "Contract_Units", "CFTC_Contract_Market_Code_Quotes", "CFTC_Market_Code_Quotes",
    "CFTC_Commodity_Code_Quotes", "CFTC_SubGroup_Code", "FutOnly_or_Combined",
)  # fmt: skip
KEPT = (
    "Report_Date_as_YYYY-MM-DD", "CFTC_Contract_Market_Code", "Market_and_Exchange_Names",
    "CFTC_Market_Code", "CFTC_SubGroup_Code", "Contract_Units", *POSITIONS, *CHANGES, *TRADERS,
)  # fmt: skip
COLUMNS = (*(name.lower().replace("-", "_") for name in KEPT), "period_start", "period_end")

# Not available, and so left out by the service: changes in a contract's first week, and counts of fewer
# than four traders. A key of these families that is not in the tables may be one of them under a new name.
SOMETIMES = {*CHANGES.values(), *SHARES.values(), *TRADERS.values()} - {
    "traders_tot_all",
    "traders_tot_rept_long_all",
    "traders_tot_rept_short_all",
}
FAMILIES = ("change_in_", "pct_of_", "traders_")

GROUPS = ("Dealer", "Asset_Mgr", "Lev_Money", "Other_Rept")
# In each yearly file to its end: the yen near its beginning, the dollar index in its last subgroup.
ALWAYS = ("097741", "098662")
# Contracts that consist of others in part (a mini is a fifth): the publisher rounds each figure.
CONSOLIDATED_ROUNDING = 3
# A share is rounded to one decimal.
SHARE_ROUNDING = 0.06
# Columns that have moved are wrong in nearly every row; a publisher's slip or a correction is in a few.
SLIPS = 0.01


def recognise(payload: bytes) -> None:
    """Demand the CSV's header, or lists of the service's records; futures only."""
    answers = _answers(payload)
    if not _is_service(answers):
        _table(answers, rows=1)
        return
    for number, page in enumerate(answers, start=1):
        records = _records_of(page, number)
        if records:
            _expect_keys(records[0], 1, number)


def parse(payload: bytes) -> pd.DataFrame:
    """One row per report and contract, all of the file: positions, changes and traders as published."""
    answers = _answers(payload)
    frame = _from_service(answers) if _is_service(answers) else _from_text(answers)
    frame = _with_periods(frame)
    twice = frame.duplicated(["Report_Date_as_YYYY-MM-DD", "CFTC_Contract_Market_Code"])
    if twice.any():
        raise LayoutError(
            f"{WHAT}: expected each contract once in a report, found {_place(frame, twice)} again; "
            "nothing was loaded."
        )
    _expect_sound(frame)
    kept = frame[[*KEPT, "period_start", "period_end"]]
    return kept.set_axis(list(COLUMNS), axis=1)


def part(payload: bytes) -> str:
    """'service', or the year of a yearly file."""
    answers = _answers(payload)
    if _is_service(answers):
        return SERVICE
    return _table(answers, rows=1)["Report_Date_as_YYYY-MM-DD"].iloc[0][:4]


def follow(address: str, page: bytes) -> str | None:
    """The address of the service's next page; none after a page that is not full, or a yearly file."""
    asked = {name.lstrip("$"): values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if "offset" not in asked or "limit" not in asked:
        return None
    count = len(_records_of(page, 1))
    if count < int(asked["limit"]) and count != DEFAULT_LIMIT:
        return None
    return re.sub(r"((?:\$|%24)offset=)\d+", rf"\g<1>{int(asked['offset']) + count}", address)


def _answers(payload: bytes) -> list[bytes]:
    """What was downloaded: pages of the service, or a yearly file, which may be bundled like a page."""
    if payload.startswith(b"PK") and PAGE.format(1) not in unzip(payload, WHAT):
        return [payload]
    return pages(payload, WHAT)


def _is_service(answers: list[bytes]) -> bool:
    return answers[0].lstrip()[:1] in (b"[", b"{")


def _from_text(answers: list[bytes]) -> pd.DataFrame:
    """The rows of a yearly file, once it is complete and of one year."""
    frame = _table(answers)
    days = frame["Report_Date_as_YYYY-MM-DD"]
    short = days.str.replace("-", "", regex=False).str[2:]
    wrong = frame["As_of_Date_In_Form_YYMMDD"] != short
    if wrong.any():
        row = frame.loc[wrong].iloc[0]
        raise LayoutError(
            f"{WHAT}: expected the same day twice in line {frame.index[wrong][0] + 2}, found "
            f"'{row['As_of_Date_In_Form_YYMMDD']}' and '{row['Report_Date_as_YYYY-MM-DD']}'; "
            "nothing was loaded."
        )
    for name in ("CFTC_Contract_Market_Code", "CFTC_Market_Code", "CFTC_Commodity_Code"):
        wrong = frame[name] != frame[f"{name}_Quotes"]
        if wrong.any():
            raise LayoutError(
                f"{WHAT}: expected {name} again in {name}_Quotes, found '{frame.loc[wrong, name].iloc[0]}' "
                f"and '{frame.loc[wrong, f'{name}_Quotes'].iloc[0]}' in line {frame.index[wrong][0] + 2}. "
                "Columns may have moved; nothing was loaded."
            )
    years = sorted(set(days.str[:4]))
    if len(years) != 1:
        raise LayoutError(
            f"{WHAT}: expected the reports of one year in {MEMBER}, found {', '.join(years)}; "
            "nothing was loaded."
        )
    _expect_whole(frame)
    return frame


def _table(answers: list[bytes], rows: int | None = None) -> pd.DataFrame:
    """The CSV, from its zip or as it is, with blanks stripped; of `rows`, the first ones only."""
    if len(answers) != 1:
        raise LayoutError(
            f"{WHAT}: expected one yearly file, or pages of JSON, found {len(answers)} pages of which the "
            f"first begins with {answers[0][:20]!r}; nothing was loaded."
        )
    payload = answers[0]
    if payload.startswith(b"PK"):
        members = unzip(payload, WHAT)
        if MEMBER not in members:
            raise LayoutError(
                f"{WHAT}: expected {MEMBER} in the zip, found {list(members)[:5]}; nothing was loaded."
            )
        payload = members[MEMBER]
    text = decode(payload, "utf-8-sig", f"{WHAT} ({MEMBER})")
    if rows is not None:
        text = "".join(text.splitlines(keepends=True)[: rows + 1])
    records = [[cell.strip() for cell in record] for record in csv_records(text, f"{WHAT} ({MEMBER})")]
    header = records[0] if records else []
    if tuple(header) != HEADER:
        pairs = enumerate(zip(HEADER, header, strict=False), start=1)
        unlike = [f"'{a}' in column {n}, found '{b[:60]}'" for n, (a, b) in pairs if a != b]
        where = unlike[0] if unlike else f"{len(HEADER)} columns, found {len(header)}"
        raise LayoutError(
            f"{WHAT}: expected the header of {MEMBER}, and {where}. It is another file or another layout; "
            "nothing was loaded."
        )
    if not text.endswith("\n"):
        raise LayoutError(
            f"{WHAT}: expected a line break at the end of {MEMBER}, found '{text[-40:]}'. The file is cut "
            "short; nothing was loaded."
        )
    expect_width(records, len(HEADER), f"{WHAT} ({MEMBER})")
    if len(records) < 2:
        raise LayoutError(f"{WHAT}: expected reports in {MEMBER}, found none; nothing was loaded.")
    frame = pd.DataFrame(records[1:], columns=list(HEADER), dtype="str")
    figures = [*CHANGES, *SHARES, *TRADERS]
    frame[figures] = frame[figures].replace(".", "")
    _expect_futures_only(frame)
    return frame


def _expect_whole(frame: pd.DataFrame) -> None:
    """Demand the end of a yearly file, which nothing marks: rows are by contract, the newest first.

    A contract's oldest row has no changes, as there is no week before it, or it is of the file's first
    week. A file that is cut within a contract breaks off at another row; one that is cut between two
    contracts lacks those that come last.
    """
    days, codes = frame["Report_Date_as_YYYY-MM-DD"], frame["CFTC_Contract_Market_Code"]
    # A contract that changes its subgroup is listed in both.
    block = codes + "/" + frame["CFTC_SubGroup_Code"]
    wrong = (block == block.shift()) & (days >= days.shift())
    if wrong.any():
        raise LayoutError(
            f"{WHAT}: expected the newest report first in each contract of {MEMBER}, found "
            f"{_place(frame, wrong)} in line {frame.index[wrong][0] + 2} below an older one or itself; "
            "nothing was loaded."
        )
    last = frame.iloc[-1]
    if last["Report_Date_as_YYYY-MM-DD"] != days.min() and last["Change_in_Open_Interest_All"]:
        raise LayoutError(
            f"{WHAT}: expected {MEMBER} to end with a contract's first week, found "
            f"{last['CFTC_Contract_Market_Code']} on {last['Report_Date_as_YYYY-MM-DD']} with changes from "
            f"the week before in line {len(frame) + 1}, the last. The file is cut short; nothing was loaded."
        )
    for code in ALWAYS:
        missing = sorted(set(days) - set(days[codes == code]))
        if missing:
            raise LayoutError(
                f"{WHAT}: expected contract {code} in every report of {MEMBER}, found none on {missing[0]} "
                f"({len(missing)} of {days.nunique()} reports). The file may be cut short; "
                "nothing was loaded."
            )


def _from_service(answers: list[bytes]) -> pd.DataFrame:
    """The records of all pages, in the order that was asked for."""
    keys = list(NAMES.values())
    rows = []
    before = ""
    for number, page in enumerate(answers, start=1):
        for position, record in enumerate(_records_of(page, number), start=1):
            _expect_keys(record, position, number)
            day = re.fullmatch(r"(\d{4}-\d\d-\d\d)T00:00:00\.000", record["report_date_as_yyyy_mm_dd"])
            code = record["cftc_contract_market_code"].strip()
            if not day or record["id"] != f"{day[1][2:].replace('-', '')}{code}F":
                raise LayoutError(
                    f"{WHAT}: expected a day such as 2025-08-05T00:00:00.000, and an id of that day and the "
                    f"contract's code, in record {position} of page {number}, found "
                    f"'{record['report_date_as_yyyy_mm_dd']}', '{code}' and '{record['id']}'; "
                    "nothing was loaded."
                )
            if day[1] + record["id"] <= before:
                raise LayoutError(
                    f"{WHAT}: expected records by day and id, each once, found '{record['id']}' again or "
                    f"too late in record {position} of page {number}. The reports may have changed between "
                    "two pages; nothing was loaded."
                )
            before = day[1] + record["id"]
            rows.append([record.get(key, "").strip() for key in keys])
            rows[-1][2] = day[1]
    if not rows:
        raise LayoutError(f"{WHAT}: expected records of the service, found none; nothing was loaded.")
    frame = pd.DataFrame(rows, columns=list(NAMES), dtype="str")
    _expect_futures_only(frame)
    return frame


def _records_of(page: bytes, number: int) -> list[dict[str, Any]]:
    """The records of one answer; an answer without any is the last page."""
    text = decode(page, "utf-8-sig", WHAT)
    try:
        records = json.loads(text)
    except ValueError as error:
        raise LayoutError(
            f"{WHAT}: expected JSON on page {number}, found '{text[:60]}' ({error}). The answer may be cut "
            "short, or be another one; nothing was loaded."
        ) from None
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise LayoutError(
            f"{WHAT}: expected a list of records on page {number}, found '{text[:200]}'; nothing was loaded."
        )
    return records


def _expect_keys(record: dict[str, Any], position: int, number: int) -> None:
    """Demand the keys that every record has, text in all, and none that may be an old one renamed."""
    missing = [key for key in NAMES.values() if key not in record and key not in SOMETIMES]
    unknown = [
        key for key in record if key.startswith(FAMILIES) and key not in SOMETIMES | set(NAMES.values())
    ]
    if missing or unknown:
        raise LayoutError(
            f"{WHAT}: expected the known keys in record {position} of page {number}, found "
            f"{f'none of {missing[:3]}' if missing else f'{unknown[:3]} among them'}. It is another dataset, "
            "or a key has another name now; nothing was loaded."
        )
    strange = [key for key in NAMES.values() if not isinstance(record.get(key, ""), str)]
    if strange:
        raise LayoutError(
            f"{WHAT}: expected text under '{strange[0]}' in record {position} of page {number}, found "
            f"{record[strange[0]]!r}; nothing was loaded."
        )


def _expect_futures_only(frame: pd.DataFrame) -> None:
    """The file of futures and options together has the same header."""
    other = frame["FutOnly_or_Combined"] != FUTURES_ONLY
    if other.any():
        raise LayoutError(
            f"{WHAT}: expected '{FUTURES_ONLY}' in FutOnly_or_Combined, found "
            f"'{frame.loc[other, 'FutOnly_or_Combined'].iloc[0]}' for {_place(frame, other)}. It may be the "
            "report with options; nothing was loaded."
        )


def _with_periods(frame: pd.DataFrame) -> pd.DataFrame:
    """The weeks that end on the Tuesday of each report, or on the one after it."""
    weeks: dict[str, tuple[str, str]] = {}
    held: dict[str, str] = {}
    for day in sorted(set(frame["Report_Date_as_YYYY-MM-DD"])):
        try:
            as_of = date.fromisoformat(day)
        except ValueError:
            wrong = frame["Report_Date_as_YYYY-MM-DD"] == day
            raise LayoutError(
                f"{WHAT}: expected a date YYYY-MM-DD, found '{day}' for contract "
                f"{frame.loc[wrong, 'CFTC_Contract_Market_Code'].iloc[0]}; nothing was loaded."
            ) from None
        end = as_of + timedelta(days=(TUESDAY - as_of.weekday()) % 7)
        weeks[day] = ((end - timedelta(days=6)).isoformat(), end.isoformat())
        if end.isoformat() in held:
            raise LayoutError(
                f"{WHAT}: expected one report per week, found those of {held[end.isoformat()]} and {day}, "
                f"both in the week that ends on {end}; nothing was loaded."
            )
        held[end.isoformat()] = day
    days = frame["Report_Date_as_YYYY-MM-DD"]
    return frame.assign(
        Market_and_Exchange_Names=frame["Market_and_Exchange_Names"].map(squash),
        period_start=days.map({day: start for day, (start, _) in weeks.items()}),
        period_end=days.map({day: end for day, (_, end) in weeks.items()}),
    )


def _expect_sound(frame: pd.DataFrame) -> None:
    """Demand that the figures keep the publisher's own sums, shares and changes."""
    always = ["Traders_Tot_All", "Traders_Tot_Rept_Long_All", "Traders_Tot_Rept_Short_All"]
    counts = [name for name in TRADERS if name not in always]
    numbers = expect_numbers(frame, [*POSITIONS, *always], r"\d+", WHAT)
    traders = expect_numbers(frame, counts, r"\d*", WHAT)
    changes = expect_numbers(frame, list(CHANGES), r"(-?\d+)?", WHAT)
    shares = expect_numbers(frame, list(SHARES), r"(\d*\.?\d+)?", WHAT)

    consolidated = frame["CFTC_Contract_Market_Code"].str.contains("+", regex=False)
    for rows, tolerance in ((~consolidated, 0), (consolidated, CONSOLIDATED_ROUNDING)):
        for side in ("Long", "Short"):
            total = f"Tot_Rept_Positions_{side}_All"
            parts = [f"{g}_Positions_{side}_All" for g in GROUPS]
            spreads = [f"{g}_Positions_Spread_All" for g in GROUPS]
            expect_identity(numbers[rows], [*parts, *spreads], total, tolerance, WHAT)
            rest = f"NonRept_Positions_{side}_All"
            expect_identity(numbers[rows], [total, rest], "Open_Interest_All", tolerance, WHAT)

    held = numbers[list(POSITIONS)].to_numpy(dtype=float)
    off = np.abs(100 * held / held[:, :1] - shares[list(SHARES)].to_numpy(dtype=float)) > SHARE_ROUNDING
    _expect_few(off, frame, list(POSITIONS), list(SHARES), "shares of open interest")

    off = _week_before(frame, held) != changes[list(CHANGES)].to_numpy(dtype=float)
    off &= ~np.isnan(_week_before(frame, held)) & changes[list(CHANGES)].notna().to_numpy()
    off &= ~consolidated.to_numpy()[:, None]
    _expect_few(off, frame, list(POSITIONS), list(CHANGES), "changes from the week before")

    # Fewer than four traders are not counted in public, but none are.
    groups = [name for name in POSITIONS if name.startswith(GROUPS)]
    off = (traders[counts].to_numpy(dtype=float) == 0) != (numbers[groups].to_numpy() == 0)
    _expect_few(off, frame, groups, counts, "no traders where there are no positions")
    for side in ("Long", "Short"):
        total = f"Traders_Tot_Rept_{side}_All"
        parts = [name for name in counts if name.endswith(f"_{side}_All")]
        for smaller, larger in ((parts, total), ([total], "Traders_Tot_All")):
            some = traders.join(numbers[always])[smaller].to_numpy(dtype=float)
            off = some > numbers[[larger]].to_numpy()
            _expect_few(off, frame, [larger] * len(smaller), smaller, "no more traders than in the total")


def _week_before(frame: pd.DataFrame, held: np.ndarray) -> np.ndarray:
    """Positions less those of the report before; missing where a contract is not in that report."""
    days = sorted(set(frame["Report_Date_as_YYYY-MM-DD"]))
    before = dict(zip(days[1:], days, strict=False))
    place = {
        key: row
        for row, key in enumerate(
            zip(frame["CFTC_Contract_Market_Code"], frame["Report_Date_as_YYYY-MM-DD"], strict=True)
        )
    }
    rows = [place.get((code, before.get(day)), -1) for code, day in place]
    return np.where(np.array(rows)[:, None] >= 0, held - held[rows], np.nan)


def _expect_few(
    off: np.ndarray, frame: pd.DataFrame, left: list[str], right: list[str], relation: str
) -> None:
    """Demand a relation between two sets of columns in nearly every row."""
    for column in range(off.shape[1]):
        wrong = off[:, column]
        if wrong.sum() > SLIPS * len(frame):
            row = frame.loc[wrong].iloc[0]
            raise LayoutError(
                f"{WHAT}: expected {relation} in column {right[column]}, found '{row[right[column]]}' beside "
                f"{left[column]} = {row[left[column]]} for {_place(frame, wrong)} ({int(wrong.sum())} such "
                "rows). Columns may have moved; nothing was loaded."
            )


def _place(frame: pd.DataFrame, rows: pd.Series | np.ndarray) -> str:
    """The first of some rows, as a person looks it up."""
    first = frame.loc[rows].iloc[0]
    return f"contract {first['CFTC_Contract_Market_Code']} on {first['Report_Date_as_YYYY-MM-DD']}"


PARSERS = {"tff": Parser(columns=COLUMNS, recognise=recognise, parse=parse, part=part, follow=follow)}

"""The contract of survey readings, for those in the repository (seeds) and those in a desk's inbox alike.

Pure: from the text of a file and the lists to its rows, or to every mistake in it with its line. What
may stand in a column is in the lists, which are seeds as well: dbt's tests read the same files. The
contract in words is docs/surveys.md.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.errors import LayoutError
from orchestration.parsing import decode
from orchestration.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "surveys"
LISTS = ("surveys", "survey_questions", "survey_units", "survey_terms")

COLUMNS = (
    "survey_id", "survey_period", "fieldwork_start", "fieldwork_end", "published_date", "question_id",
    "answer", "reading", "unit", "n_respondents", "aum_usd_bn", "source_name", "source_url",
    "source_date", "origin", "confidence", "note",
)  # fmt: skip
REQUIRED = ("survey_id", "survey_period", "question_id", "answer", "reading", "unit", "source_name")
KEY = ("survey_id", "survey_period", "question_id", "answer", "unit", "source_name")
DATES = ("fieldwork_start", "fieldwork_end", "published_date", "source_date")
PERIODS = {"monthly": (r"\d{4}-(0[1-9]|1[0-2])", "YYYY-MM"), "annual": (r"\d{4}", "YYYY")}
OVERWEIGHT = "_overweight"
# Origins that others can look up.
CITED = ("official", "press")

# As wide as the columns of the marts.
NUMBER = r"-?[0-9]{1,8}(\.[0-9]{1,4})?"
COUNT = r"[1-9]\d{0,6}"
AMOUNT = r"\d{1,8}(\.\d{1,3})?"
TOLD = 20

Row = Mapping[str, str]
Numbered = tuple[int, Row]
Mistake = tuple[int, str]


@dataclass(frozen=True)
class Lists:
    """What may stand in a column."""

    frequencies: Mapping[str, str]
    hosts: Mapping[str, tuple[str, ...]]
    questions: Mapping[tuple[str, str], bool]
    """Whether a question's answers are shares of a whole, by survey and question."""
    limits: Mapping[str, tuple[Decimal | None, Decimal | None]]
    origins: tuple[str, ...]
    confidences: tuple[str, ...]


def list_files(folder: Path = SEEDS) -> tuple[Path, ...]:
    """The files that hold the lists."""
    return tuple(folder / f"{name}.csv" for name in LISTS)


def read_lists(folder: Path = SEEDS) -> Lists:
    """The lists as the seeds have them."""
    surveys, questions, units, terms = (
        list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) for path in list_files(folder)
    )
    terms.sort(key=lambda term: int(term["place"]))
    return Lists(
        frequencies={s["survey_id"]: s["frequency"] for s in surveys},
        hosts={s["survey_id"]: tuple(s["hosts"].split()) for s in surveys},
        questions={(q["survey_id"], q["question_id"]): q["shares_of_a_whole"] == "true" for q in questions},
        limits={u["unit"]: (_limit(u["minimum"]), _limit(u["maximum"])) for u in units},
        origins=tuple(t["term"] for t in terms if t["column_name"] == "origin"),
        confidences=tuple(t["term"] for t in terms if t["column_name"] == "confidence"),
    )


def _limit(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def readings(
    payload: bytes,
    what: str,
    lists: Lists,
    origins: Sequence[str],
    defaults: Mapping[str, str] | None = None,
) -> list[Row]:
    """The rows of a file, each with every column of the contract.

    Args:
        payload: CSV, UTF-8.
        what: names the file in messages.
        lists: what may stand in a column.
        origins: those that this file may have.
        defaults: what counts where a cell is empty; the rows stay as they are written.

    Raises:
        LayoutError: lists the lines that are wrong, each with the reason; the file is refused as a whole.
    """
    rows, cut = _rows(payload, what)
    meant = [(n, row | {c: row[c] or v for c, v in (defaults or {}).items()}) for n, row in rows]
    found = sorted([*cut, *mistakes(meant, lists, origins)])
    if found:
        told = [f"  line {line}: {reason}" for line, reason in found[:TOLD]]
        more = [f"  and {len(found) - TOLD} more"] if len(found) > TOLD else []
        count = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise LayoutError(
            "\n".join(
                [
                    f"{what}: expected readings as docs/surveys.md says, found {count}; nothing of the file "
                    "was loaded:",
                    *told,
                    *more,
                ]
            )
        )
    return [row for _, row in rows]


def expect_header(payload: bytes, what: str) -> list[str]:
    """Demand the contract's columns in the first line; optional ones may be missing.

    Raises:
        LayoutError: it is no CSV of the contract.
    """
    text = decode(payload, "utf-8-sig", what)
    first = next(iter(text.splitlines()), "")
    header = [cell.strip() for cell in next(csv.reader([first]), [])]
    if len(header) == 1 and ";" in first:
        raise LayoutError(
            f"{what}: expected columns separated by commas, found semicolons; save it as CSV with commas. "
            "Nothing was loaded."
        )
    missing = [c for c in REQUIRED if c not in header]
    unknown = [c for c in header if c not in COLUMNS]
    twice = sorted({c for c in header if header.count(c) > 1})
    if missing or unknown or twice:
        wrong = {"missing": missing, "unknown": unknown, "twice": twice}
        told = "; ".join(
            f"{name}: {', '.join(map(_shown, cells[:8]))}" for name, cells in wrong.items() if cells
        )
        raise LayoutError(
            f"{what}: expected a first line with the columns of docs/surveys.md ({', '.join(REQUIRED)}, and "
            f"those that are optional), found {told}. Nothing was loaded."
        )
    if not text.endswith(("\n", "\r")):
        raise LayoutError(
            f"{what}: expected a line break at the end; the file may be cut short, or still be written. "
            "Nothing was loaded."
        )
    return header


def _rows(payload: bytes, what: str) -> tuple[list[Numbered], list[Mistake]]:
    """Rows with the line on which each begins, and those of another width; empty lines are passed over."""
    header = expect_header(payload, what)
    reader = csv.reader(io.StringIO(payload.decode("utf-8-sig"), newline=""), strict=True)
    rows: list[Numbered] = []
    wrong: list[Mistake] = []
    line = 1
    try:
        for record in reader:
            begins, line = line, reader.line_num + 1
            cells = [cell.strip() for cell in record]
            if begins == 1 or not any(cells):
                continue
            if len(cells) == len(header):
                rows.append((begins, dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=True))))
            else:
                reason = f"expected {len(header)} cells, as in the first line, found {len(cells)}"
                wrong.append((begins, f"{reason}; a text with a comma needs quotes"))
    except csv.Error as error:
        raise LayoutError(
            f"{what}: expected CSV, but line {reader.line_num} cannot be read as such ({error}). A quote may "
            "be left open; nothing was loaded."
        ) from None
    if not rows and not wrong:
        raise LayoutError(f"{what}: expected readings below the first line, found none; nothing was loaded.")
    return rows, wrong


def mistakes(rows: Sequence[Numbered], lists: Lists, origins: Sequence[str]) -> Iterator[Mistake]:
    """Everything that the contract does not allow: line and reason."""
    rules: tuple[Callable[[Row, Lists], Iterable[str]], ...] = (
        _wrong_survey, _wrong_dates, _wrong_reading, _wrong_panel, _wrong_source,
    )  # fmt: skip
    for line, row in rows:
        for rule in rules:
            yield from ((line, reason) for reason in rule(row, lists))
        if row["origin"] not in origins:
            yield line, f"origin: expected {_one_of(origins)}, found {_shown(row['origin'])}"
    yield from _twice(rows)
    yield from _more_than_all(rows, lists)


def _wrong_survey(row: Row, lists: Lists) -> Iterator[str]:
    survey, question = row["survey_id"], row["question_id"]
    if survey not in lists.frequencies:
        yield f"survey_id: expected {_one_of(lists.frequencies)}, found {_shown(survey)}"
        return
    if (survey, question) not in lists.questions:
        yield (
            f"question_id: expected a question of {survey} (survey_questions.csv lists them), found "
            f"{_shown(question)}"
        )
    pattern, example = PERIODS[lists.frequencies[survey]]
    if not re.fullmatch(pattern, row["survey_period"]):
        yield f"survey_period: expected {example}, found {_shown(row['survey_period'])}"


def _wrong_dates(row: Row, _: Lists) -> Iterator[str]:
    wrong = [c for c in DATES if row[c] and not _is_day(row[c])]
    for column in wrong:
        yield f"{column}: expected a date YYYY-MM-DD or nothing, found {_shown(row[column])}"
    in_order = [c for c in ("fieldwork_start", "fieldwork_end", "published_date") if row[c]]
    if not wrong and [row[c] for c in in_order] != sorted(row[c] for c in in_order):
        found = ", ".join(f"{c} {row[c]}" for c in in_order)
        yield f"expected fieldwork_start, fieldwork_end and published_date in this order, found {found}"


def _wrong_reading(row: Row, lists: Lists) -> Iterator[str]:
    """What is wrong with the figure. Reasons are published, so none repeats it: it may be licensed."""
    unit, reading = row["unit"], row["reading"]
    if unit not in lists.limits:
        yield f"unit: expected {_one_of(lists.limits)}, found {_shown(unit)}"
        return
    overweight = row["question_id"].endswith(OVERWEIGHT)
    if unit == "text":
        if not reading and not row["answer"]:
            yield "reading: expected a text here or in answer, found neither"
        return
    if overweight and unit != "net_pct":
        yield f"unit: expected net_pct (or text) under a question that ends in {OVERWEIGHT}, found {unit}"
    if not re.fullmatch(NUMBER, reading):
        yield (
            f"reading: expected a number such as -12.5 under {unit}, found "
            f"{'something else' if reading else 'nothing'}"
        )
        return
    least, most = lists.limits[unit]
    if (least is not None and Decimal(reading) < least) or (most is not None and Decimal(reading) > most):
        yield f"reading: expected {_between(least, most)} under {unit}, found a number outside"
    if overweight and "underweight" in row["answer"].lower() and Decimal(reading) > 0:
        yield f"reading: expected an underweight as a negative number under {row['question_id']}"


def _wrong_panel(row: Row, _: Lists) -> Iterator[str]:
    if row["n_respondents"] and not re.fullmatch(COUNT, row["n_respondents"]):
        yield "n_respondents: expected a whole number above 0, or nothing"
    if row["aum_usd_bn"] and (not re.fullmatch(AMOUNT, row["aum_usd_bn"]) or not Decimal(row["aum_usd_bn"])):
        yield "aum_usd_bn: expected a number above 0 (billions of US dollars), or nothing"


def _wrong_source(row: Row, lists: Lists) -> Iterator[str]:
    if not row["source_name"]:
        yield "source_name: expected whose reading it is, found nothing"
    if row["confidence"] not in lists.confidences:
        yield f"confidence: expected {_one_of(lists.confidences)}, found {_shown(row['confidence'])}"
    if row["origin"] == "inferred" and not row["note"]:
        yield "note: expected what was inferred, found nothing"
    if row["origin"] in CITED:
        host = _host(row["source_url"])
        hosts = lists.hosts.get(row["survey_id"], ())
        if not host:
            yield (
                f"source_url: expected an http(s) address, as the origin is {row['origin']}, found "
                f"{_shown(row['source_url'])}"
            )
        elif row["origin"] == "official" and not any(f".{host}".endswith(f".{own}") for own in hosts):
            yield (
                f"origin: expected press, or an address of {' or '.join(hosts) or 'the survey itself'}, "
                f"found official at {host}"
            )


def _twice(rows: Iterable[Numbered]) -> Iterator[Mistake]:
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        key = tuple(row[c].casefold() if c == "answer" else row[c] for c in KEY)
        if key in first:
            yield line, f"expected each {' + '.join(KEY)} once, found that of line {first[key]} again"
        first.setdefault(key, line)


def _more_than_all(rows: Iterable[Numbered], lists: Lists) -> Iterator[Mistake]:
    """Where everybody gives one answer, the shares that a source tells are at most the whole."""
    shares: dict[tuple[str, ...], list[tuple[int, Decimal]]] = defaultdict(list)
    for line, row in rows:
        asked = lists.questions.get((row["survey_id"], row["question_id"]), False)
        if asked and row["unit"] == "pct_of_respondents" and re.fullmatch(NUMBER, row["reading"]):
            group = (row["survey_id"], row["survey_period"], row["question_id"], row["source_name"])
            share = Decimal(row["reading"])
            if share <= 100:  # more alone is told already
                shares[group].append((line, share))
    for (_, period, question, _), of_group in shares.items():
        if sum(share for _, share in of_group) > 100:
            lines = ", ".join(str(line) for line, _ in of_group)
            yield (
                of_group[0][0],
                f"reading: expected the shares of {question} in {period} to add up to at most 100, as "
                f"everybody gives one answer; those of lines {lines} add up to more",
            )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # half an IPv6 address
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _between(least: Decimal | None, most: Decimal | None) -> str:
    if least is None or most is None:
        return f"at least {least}" if most is None else f"at most {most}"
    return f"{least} to {most}"


def _one_of(terms: Iterable[str]) -> str:
    listed = list(terms)
    return f"one of {', '.join(listed)}" if len(listed) > 1 else " or ".join(listed)


def _shown(cell: str) -> str:
    """A cell in a message. Not a number: it may be a licensed reading that slipped into another column."""
    if not cell:
        return "nothing"
    return "a number" if re.fullmatch(r"[-+−]?[\d.,\s]+%?", cell) else f"'{cell:.40}'"

"""Parsers of the International Monetary Fund's data service: SDMX-ML 2.1, structure-specific.

One message is one answer to one query. Its series carry their codes as attributes; groups add what
holds for several series, such as the unit. Figures are plain: the attribute SCALE says 6 of dollars
that are not in millions, so it is demanded as it is known and never multiplied with.

A query that matches nothing is answered with a message without series, and one for a wrong agency
with status 204: neither is data.
"""

import contextlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
from lxml import etree

from orchestration.errors import LayoutError
from orchestration.parsing import PERIOD, Parser, text_frame

AGENCY = "IMF.STA"
MESSAGE = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message}StructureSpecificData"
TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
# Attributes that a series may have, of those that the structure message of COFER lists. Any other may
# be a new dimension, by which figures differ that look alike here.
ATTRIBUTES = {
    "SCALE", "PRECISION", "DECIMALS_DISPLAYED", "METHODOLOGY", "METHODOLOGY_NOTES", "OVERLAP", "STATUS",
    "DERIVATION_TYPE", "SOURCE", "FULL_SOURCE_CITATION", "SHORT_SOURCE_CITATION", "SERIES_NAME", "TOPIC",
    "KEYWORDS", "KEY_INDICATOR", "ACCESS_SHARING_LEVEL", "ACCESS_SHARING_NOTES", "SECURITY_CLASSIFICATION",
    "DOI", "AUTHOR", "UNIT", "CURRENCY", "VALUATION", "TRANSFORMATION", "FUNCTIONAL_CAT", "LICENSE",
}  # fmt: skip
KEPT_ATTRIBUTES = ("UNIT", "SCALE", "DERIVATION_TYPE", "STATUS")
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
# How a period is written, and how many months it has.
PERIODS = {
    "A": (r"(\d{4})", 12),
    "S": (r"(\d{4})-S([12])", 6),
    "Q": (r"(\d{4})-Q([1-4])", 3),
    "M": (r"(\d{4})-M(0[1-9]|1[0-2])", 1),
}


@dataclass(frozen=True)
class Measure:
    """What is known of the figures of one kind: unit and scale as written, and how large the largest is.

    The bounds are orders of magnitude: figures that come in millions one day, or were multiplied, are
    outside. None: not demanded, because no message was at hand to see it.
    """

    unit: str | None
    scale: str | None
    largest: tuple[float, float]


@dataclass(frozen=True)
class Flow:
    """One dataflow: its dimensions with the codes that are known, and the measures that one tells apart."""

    what: str
    id: str
    dimensions: Mapping[str, str]
    measured_by: str
    measures: Mapping[str, Measure]
    negative: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its raw table."""
        return tuple(name.lower() for name in (*self.dimensions, TIME, VALUE, *KEPT_ATTRIBUTES)) + PERIOD


COFER = Flow(
    "imf/cofer",
    "COFER",
    {
        "COUNTRY": r"G\d{3}",
        "INDICATOR": "AFXRA|UFXRA|TFXRA|TFXRA_IMP",
        "FXR_CURRENCY": "CI_([A-Z]{3}|OTHC|T)",
        "TYPE_OF_TRANSFORMATION": "NV_USD|SHRO_PT",
        "FREQUENCY": "A|Q",
    },
    "TYPE_OF_TRANSFORMATION",
    {
        # The world's reserves were 1.4 trillion dollars in 1995 and are 13 now; a currency alone is less.
        "NV_USD": Measure("USD", "6", (1e11, 1e14)),
        "SHRO_PT": Measure("PT", "0", (0, 100.001)),
    },
)
POSITIONS = Flow(
    "imf/pip_portfolio_positions",
    "PIP",
    {
        "COUNTRY": "[A-Z]{3}",
        "ACCOUNTING_ENTRY": "A",
        "INDICATOR": "P_TOTINV_P_USD",
        "SECTOR": "S1",
        "COUNTERPART_SECTOR": "S1",
        "COUNTERPART_COUNTRY": "[A-Z]{3}",
        "FREQUENCY": "S",
    },
    "INDICATOR",
    # Pairs that are asked for hold hundreds of billions.
    {"P_TOTINV_P_USD": Measure("USD", "6", (1e9, 1e14))},
    negative=True,
)
RESERVES = Flow(
    "imf/reserves",
    "IRFCL",
    {
        # Economies, and groups such as G163, the euro area.
        "COUNTRY": r"[A-Z][A-Z0-9_]{1,9}",
        "INDICATOR": "IRFCLDT1_(IRFCL56V_FTO|IRFCL56_USD|IRFCL65_USD)",
        "SECTOR": "S1XS1311",
        "FREQUENCY": "M",
    },
    "INDICATOR",
    {
        # The United States hold 261 million ounces; Brazil's are published a thousand times too large.
        "IRFCLDT1_IRFCL56V_FTO": Measure(None, None, (1e8, 1e11)),
        "IRFCLDT1_IRFCL56_USD": Measure(None, None, (1e10, 1e13)),
        "IRFCLDT1_IRFCL65_USD": Measure(None, None, (1e11, 1e14)),
    },
    negative=True,
)


def recognise(flow: Flow, payload: bytes) -> None:
    """Demand a data message of the dataflow, with series of the dimensions and codes that are known."""
    _series(flow, payload)


def published_on(flow: Flow, payload: bytes) -> datetime:
    """The later of the message's two stamps: before it, nobody can have known these figures."""
    found = _data_set(flow, payload).attrib
    stamps = [found.get(name, "") for name in ("PUBLICATION_DATE", "UPDATE_DATE")]
    wrong = [stamp for stamp in stamps if not re.fullmatch(STAMP, stamp)]
    if wrong:
        raise LayoutError(
            f"{flow.what}: expected PUBLICATION_DATE and UPDATE_DATE with time and zone in the data set, "
            f"found '{wrong[0]}'; nothing was loaded."
        )
    return max(datetime.fromisoformat(stamp) for stamp in stamps)


def part(flow: Flow, payload: bytes) -> str:
    """What the query asked for, as a key: a dimension's code, or * where there are several."""
    series = _series(flow, payload)
    codes = [{one.get(dimension) for one in series} for dimension in flow.dimensions]
    return ".".join(next(iter(found)) if len(found) == 1 else "*" for found in codes)


def parse(flow: Flow, payload: bytes) -> pd.DataFrame:
    """One row per observation, as published, in the order of its key."""
    rows = [_row(flow, *one) for one in _observations(flow, payload)]
    frame = text_frame(rows, flow.what)[list(flow.columns)]
    key = [name.lower() for name in (*flow.dimensions, TIME)]
    twice = frame.duplicated(key)
    if twice.any():
        raise LayoutError(
            f"{flow.what}: expected each observation once, found {'.'.join(frame.loc[twice, key].iloc[0])} "
            f"again ({int(twice.sum())} too many); nothing was loaded."
        )
    # Series come in any order: the same figures are to be the same frame.
    frame = frame.sort_values(key, ignore_index=True)
    _check_magnitude(flow, frame)
    return frame


def parse_cofer(payload: bytes) -> pd.DataFrame:
    """Reserves by currency: dollars and shares that fit each other, in series without a gap."""
    _check_currencies(_data_set(COFER, payload))
    frame = parse(COFER, payload)
    _check_gaps(frame)
    figures = frame.assign(figure=_figures(frame)).dropna(subset="figure")
    for (country, _, period), rows in figures.groupby(["country", "frequency", "time_period"]):
        known = {
            (row.indicator, row.type_of_transformation, row.fxr_currency.removeprefix("CI_")): row.figure
            for row in rows.itertuples()
        }
        _check_identities(known, f"{country} in {period}")
    return frame


def _data_set(flow: Flow, payload: bytes) -> etree._Element:
    """The one data set of a message about the dataflow."""
    start = payload[:200].lstrip(b"\xef\xbb\xbf \r\n")
    if not start.startswith(b"<?xml"):
        raise LayoutError(
            f"{flow.what}: expected an SDMX message in XML, found {len(payload):,} bytes that begin with "
            f"{start[:40]!r}. It is another file or a page; nothing was loaded."
        )
    try:
        root = etree.fromstring(payload, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise LayoutError(
            f"{flow.what}: expected a whole XML document, found that it cannot be read as one ({error}). "
            "The file may be cut short; nothing was loaded."
        ) from None
    if root.tag != MESSAGE or root.getroottree().docinfo.doctype:
        raise LayoutError(
            f"{flow.what}: expected a data message (StructureSpecificData), found {_kind(root)}; "
            "nothing was loaded."
        )
    found = [
        f"{ref.get('agencyID')}:{ref.get('id')}"
        for ref in root.iterfind("{*}Header/{*}Structure/{*}StructureUsage/Ref")
    ]
    sets = root.findall("{*}DataSet")
    if found != [f"{AGENCY}:{flow.id}"] or len(sets) != 1:
        raise LayoutError(
            f"{flow.what}: expected one data set of {AGENCY}:{flow.id}, found {len(sets)} of "
            f"{found or 'no dataflow'}. It is the answer to another query; nothing was loaded."
        )
    return sets[0]


def _kind(root: etree._Element) -> str:
    """What another message is, in words."""
    name = etree.QName(root).localname
    said = " ".join("".join(root.itertext()).split())[:200] if name in ("Error", "error") else ""
    return f"a structure message ({name})" if name == "Structure" else f"<{name}> {said}".strip()


def _series(flow: Flow, payload: bytes) -> list[etree._Element]:
    """The message's series, with the dimensions and codes that are known and no others."""
    series = _data_set(flow, payload).findall("Series")
    if not any(len(one) for one in series):
        raise LayoutError(
            f"{flow.what}: expected series with observations, found none. Nothing matched the query: a "
            "code in it may be unknown (countries have three letters); nothing was loaded."
        )
    for number, one in enumerate(series, start=1):
        for dimension, codes in flow.dimensions.items():
            if not re.fullmatch(codes, one.get(dimension, "")):
                raise LayoutError(
                    f"{flow.what}: expected {dimension} = {codes} in series {number}, found "
                    f"{one.get(dimension)!r} in line {one.sourceline}; nothing was loaded."
                )
        others = set(one.attrib) - set(flow.dimensions) - ATTRIBUTES
        if others:
            raise LayoutError(
                f"{flow.what}: expected the dimensions {', '.join(flow.dimensions)} in series {number}, "
                f"found {sorted(others)} too. They may be new dimensions; nothing was loaded."
            )
        for observation in one:
            if observation.tag != "Obs" or TIME not in observation.attrib:
                raise LayoutError(
                    f"{flow.what}: expected observations with {TIME} in series {number}, found "
                    f"<{observation.tag}> of {sorted(observation.attrib)} in line {observation.sourceline}; "
                    "nothing was loaded."
                )
    return series


def _observations(flow: Flow, payload: bytes) -> Iterable[tuple[Mapping[str, str], str | None]]:
    """Codes and attributes of each observation, and its value."""
    _series(flow, payload)
    # Half a second that only reading a message needs; definitions load this module at every start.
    import sdmx
    from sdmx.exceptions import XMLParseError

    data_set = _data_set(flow, payload)
    # Each observation is compared with each group, which takes longer than all else.
    for group in data_set.findall("Group"):
        if "UNIT" not in group.attrib:
            data_set.remove(group)
    slim = io.BytesIO(etree.tostring(data_set.getroottree(), xml_declaration=True, encoding="UTF-8"))
    try:
        # It prints what it stumbles over.
        with contextlib.redirect_stdout(io.StringIO()):
            (read,) = sdmx.read_sdmx(slim, structure=_structure(flow, data_set)).data
    except (XMLParseError, RuntimeError) as error:
        raise LayoutError(
            f"{flow.what}: expected an SDMX-ML 2.1 message, found one that cannot be read as such "
            f"({error.__cause__ or error}); nothing was loaded."
        ) from error
    for one in read.obs:
        codes = {name: value.value for name, value in one.series_key.values.items()}
        attributes = {name: str(value.value) for name, value in one.attrib.items()}
        yield {TIME: one.dimension[TIME].value, **attributes, **codes}, one.value


def _structure(flow: Flow, data_set: etree._Element) -> Any:  # noqa: ANN401 - the import is not at the top
    """As much of the data structure definition as reading needs: which attributes are dimensions."""
    from sdmx.model import v21

    dimensions = [*flow.dimensions, TIME]
    elements = (data_set, *data_set.findall("Group"), *data_set.iterfind("Series"), *data_set.iter("Obs"))
    names = {name for element in elements for name in element.attrib if not name.startswith("{")}
    structure = v21.DataStructureDefinition(id=flow.id)
    structure.dimensions.components = [v21.Dimension(id=d, order=n) for n, d in enumerate(dimensions)]
    structure.attributes.components = [_attribute(name) for name in sorted(names - {*dimensions, VALUE})]
    structure.measures.components = [v21.PrimaryMeasure(id=VALUE)]
    for group in data_set.findall("Group"):
        (kind,) = (text.split(":")[-1] for name, text in group.attrib.items() if name.endswith("}type"))
        structure.group_dimensions[kind] = v21.GroupDimensionDescriptor(id=kind)
    return structure


def _attribute(name: str) -> Any:  # noqa: ANN401 - as above
    from sdmx.model import common, v21

    concept = v21.Concept(id=name)
    concept.core_representation = common.Representation()
    return v21.DataAttribute(id=name, concept_identity=concept)


def _row(flow: Flow, found: Mapping[str, str], value: str | None) -> dict[str, str]:
    """An observation as a row of the raw table."""
    key = ".".join(found[dimension] for dimension in flow.dimensions)
    where = f"{key} in {found[TIME]}"
    measure = flow.measures[found[flow.measured_by]]
    for name, expected in (("UNIT", measure.unit), ("SCALE", measure.scale)):
        if expected is not None and found.get(name) != expected:
            raise LayoutError(
                f"{flow.what}: expected {name} = {expected} for {where}, found {found.get(name)!r}. The unit "
                "may have changed; nothing was loaded."
            )
    # Where there is no figure, the status says why (confidential, not available).
    text = value or ""
    if not re.fullmatch(NUMBER, text) and not (text in ("", "NaN") and found.get("STATUS")):
        raise LayoutError(
            f"{flow.what}: expected a number in {VALUE} for {where}, found '{text}'; nothing was loaded."
        )
    if text.startswith("-") and not flow.negative:
        raise LayoutError(
            f"{flow.what}: expected no negative figure, found '{text}' for {where}; nothing was loaded."
        )
    start, end = _span(flow, found["FREQUENCY"], found[TIME])
    row = {name.lower(): found[name] for name in (*flow.dimensions, TIME)}
    attributes = {name.lower(): found.get(name, "") for name in KEPT_ATTRIBUTES}
    return row | attributes | {"obs_value": text, "period_start": start, "period_end": end}


def _span(flow: Flow, frequency: str, text: str) -> tuple[str, str]:
    """First and last day of a period as it is written."""
    pattern, months = PERIODS[frequency]
    found = re.fullmatch(pattern, text)
    if not found:
        raise LayoutError(
            f"{flow.what}: expected {TIME} as {pattern} in a series of frequency {frequency}, found "
            f"'{text}'; nothing was loaded."
        )
    year, *number = (int(digits) for digits in found.groups())
    first = date(year, ((number[0] if number else 1) - 1) * months + 1, 1)
    following = date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)
    return first.isoformat(), (following - timedelta(days=1)).isoformat()


def _figures(frame: pd.DataFrame) -> pd.Series:
    """The observations as numbers, for checks; the frame keeps its text."""
    return pd.to_numeric(frame["obs_value"].replace(["", "NaN"], None))


def _check_magnitude(flow: Flow, frame: pd.DataFrame) -> None:
    """Demand that the largest figure of each measure is of the order that is known."""
    largest_of = _figures(frame).groupby(frame[flow.measured_by.lower()]).max().dropna()
    for code, largest in largest_of.items():
        low, high = flow.measures[code].largest
        if not low <= largest <= high:
            raise LayoutError(
                f"{flow.what}: expected the largest figure of {code} between {low:,.0f} and {high:,.0f}, "
                f"found {largest:,.2f}. The unit may have changed; nothing was loaded."
            )


def _check_currencies(data_set: etree._Element) -> None:
    """Demand that each code of a currency still means that currency."""
    for group in data_set.findall("Group"):
        code, currency = group.get("FXR_CURRENCY"), group.get("CURRENCY")
        if currency is not None and code != f"CI_{currency.lstrip('_')}":
            raise LayoutError(
                f"{COFER.what}: expected CURRENCY = {str(code).removeprefix('CI_')} for {code}, found "
                f"'{currency}' in line {group.sourceline}. Codes may have changed; nothing was loaded."
            )


def _check_gaps(frame: pd.DataFrame) -> None:
    """Demand that each period of a series follows the one before."""
    series = [name.lower() for name in COFER.dimensions]
    in_order = frame.sort_values([*series, "period_start"])
    start = pd.to_datetime(in_order["period_start"])
    before = pd.to_datetime(in_order["period_end"]).groupby([in_order[name] for name in series]).shift()
    off = before.notna() & (start - before != pd.Timedelta(days=1))
    if off.any():
        row = in_order[off].iloc[0]
        raise LayoutError(
            f"{COFER.what}: expected each period of {'.'.join(row[series])} after the one before, found "
            f"{row['time_period']} after the one that ends on {before[off].iloc[0]:%Y-%m-%d}; "
            "nothing was loaded."
        )


def _check_identities(known: Mapping[tuple[str, str, str], float], where: str) -> None:
    """Demand what holds by definition, where the query asked for enough to see it.

    Currencies add up to the total and shares to 100; a share is its holdings in percent of the total;
    allocated and unallocated make the total. A file of several currencies has all of them.
    """
    dollars = {c: v for (i, t, c), v in known.items() if (i, t) == ("AFXRA", "NV_USD") and c != "T"}
    shares = {c: v for (i, t, c), v in known.items() if (i, t) == ("AFXRA", "SHRO_PT") and c != "T"}
    allocated = known.get(("AFXRA", "NV_USD", "T"))
    if len(dollars) > 1:
        _expect_equal(sum(dollars.values()), allocated, "the currencies' holdings and CI_T", where, 1e6)
    if len(shares) > 1:
        _expect_equal(sum(shares.values()), 100, "the currencies' shares and 100", where, 0.001)
    for currency, share in shares.items():
        if currency in dollars and allocated:
            percent = 100 * dollars[currency] / allocated
            _expect_equal(percent, share, f"holdings and share of {currency}", where, 0.001)
    total, unallocated = (known.get((i, "NV_USD", "T")) for i in ("TFXRA", "UFXRA"))
    if total is not None and allocated is not None and unallocated is not None:
        _expect_equal(allocated + unallocated, total, "AFXRA + UFXRA and TFXRA", where, 1e6)


def _expect_equal(found: float, expected: float | None, terms: str, where: str, tolerance: float) -> None:
    """Figures are published with the noise of binary fractions: a millionth of what they mean."""
    if expected is None or abs(found - expected) > tolerance:
        against = "no such figure" if expected is None else f"{expected:,.4f}"
        raise LayoutError(
            f"{COFER.what}: expected {terms} to agree within {tolerance:g} for {where}, found {found:,.4f} "
            f"and {against}. Series may be missing or have changed places; nothing was loaded."
        )


PARSERS = {
    "cofer": Parser(
        columns=COFER.columns,
        recognise=partial(recognise, COFER),
        parse=parse_cofer,
        published_on=partial(published_on, COFER),
        part=partial(part, COFER),
        stamped_answers=True,
    ),
    "pip_portfolio_positions": Parser(
        columns=POSITIONS.columns,
        recognise=partial(recognise, POSITIONS),
        parse=partial(parse, POSITIONS),
        published_on=partial(published_on, POSITIONS),
        part=partial(part, POSITIONS),
        stamped_answers=True,
    ),
    # Countries report on days of their own: whether the message's stamp moves with each of them is not
    # known, so the time of retrieval counts.
    "reserves": Parser(
        columns=RESERVES.columns,
        recognise=partial(recognise, RESERVES),
        parse=partial(parse, RESERVES),
        part=partial(part, RESERVES),
        stamped_answers=True,
    ),
}

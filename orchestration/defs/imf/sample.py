"""Made-up messages of the International Monetary Fund: reserves by currency, by country, and positions.

Two vintages of the reserves by currency, of which the newer revises a quarter; a country whose gold is
published a thousand times too large, as one is.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from orchestration.defs.imf.parsers import COFER, POSITIONS, RESERVES, Flow
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

# Billions of dollars at the beginning.
HOLDINGS = {
    "USD": 6900, "EUR": 2350, "JPY": 640, "GBP": 560, "CNY": 280,
    "AUD": 240, "CAD": 300, "CHF": 24, "OTHC": 640,
}  # fmt: skip
QUARTERS = [f"{year}-Q{quarter}" for year in range(2023, 2027) for quarter in range(1, 5)][:14]
# The newest quarter of each vintage, and when it was stamped and fetched.
VINTAGES = {"2026-Q1": ("2026-07-01", "2026-07-02"), "2026-Q2": ("2026-09-30", "2026-10-01")}
REVISED = "2025-Q4"
IMPUTED = {"2025-Q3": "9.91", "2025-Q4": "10.37", "2026-Q1": "10.58", "2026-Q2": "10.44"}

# Changes of a quarter have twelve others before them: where the composite of components begins.
MONTHS = [f"{year}-M{month:02}" for year in range(2023, 2027) for month in range(1, 13)][:45]
# Millions of fine troy ounces, and billions of dollars of all reserves.
COUNTRIES = {
    "USA": (262, 900), "DEU": (108, 450), "CHN": (73, 3600), "JPN": (27, 1300), "POL": (15, 230),
    "TUR": (20, 160), "IND": (28, 690), "CHE": (33, 950), "BRA": (4, 330), "G163": (347, 1500),
}  # fmt: skip
THOUSANDFOLD = "BRA"
PAIRS = {"GBR": 180, "CYM": 170, "LUX": 190, "USA": 1300, "JPN": 2300}
HALF_YEARS = ("2024-S2", "2025-S1", "2025-S2")

Series = tuple[Mapping[str, str], Mapping[str, str]]


def files(rng: random.Random) -> list[SampleFile]:
    """Two vintages of one dataset, and each file of the others as after its last release."""
    return [*_cofer(rng), *_reserves(rng), *_positions(rng)]


def _walk(
    rng: random.Random, start: float, periods: Iterable[str], low: float = 0.98, high: float = 1.03
) -> dict[str, Decimal]:
    """Dollars and cents per period. Nothing but arithmetic that IEEE 754 fixes: the same on every machine."""
    walked = {}
    for period in periods:
        start *= rng.uniform(low, high)
        walked[period] = Decimal(int(start * 1e11)).scaleb(-2)
    return walked


def _cofer(rng: random.Random) -> Iterator[SampleFile]:
    holdings = {currency: _walk(rng, start, QUARTERS) for currency, start in HOLDINGS.items()}
    for newest, (stamp, fetched) in VINTAGES.items():
        quarters = QUARTERS[: QUARTERS.index(newest) + 1]
        if newest == QUARTERS[-1]:
            holdings["USD"][REVISED] -= Decimal("24000000000.5")
        yield SampleFile(
            dataset=COFER.what,
            file=f"imf/cofer.{stamp}.xml",
            url=load_datasets()[COFER.what].address,
            retrieved_on=fetched,
            published_on=stamp,
            payload=message(COFER, _cofer_series(holdings, quarters), f"{stamp}T13:00:00Z", _COFER_GROUPS),
        )


_COFER_GROUPS = (
    {"TYPE_OF_TRANSFORMATION": "NV_USD", "UNIT": "USD", "VALUATION": "NV"},
    {"TYPE_OF_TRANSFORMATION": "SHRO_PT", "UNIT": "PT", "TRANSFORMATION": "SHRO"},
    *({"FXR_CURRENCY": f"CI_{currency}", "CURRENCY": currency} for currency in HOLDINGS),
    {"FXR_CURRENCY": "CI_T", "CURRENCY": "_T"},
)


def _cofer_series(holdings: Mapping[str, Mapping[str, Decimal]], quarters: list[str]) -> Iterator[Series]:
    """Each series twice, as it is published: years, which are their last quarters, and quarters."""
    total = {quarter: sum(of[quarter] for of in holdings.values()) for quarter in quarters}
    for currency, of in {**holdings, "T": total}.items():
        shares = {q: (100 * of[q] / total[q]).quantize(Decimal("1e-12")) for q in quarters}
        yield from _by_frequency("AFXRA", currency, "NV_USD", of, quarters)
        yield from _by_frequency("AFXRA", currency, "SHRO_PT", shares, quarters)
    yield from _by_frequency("TFXRA", "T", "NV_USD", total, quarters)
    yield from _by_frequency("UFXRA", "T", "NV_USD", dict.fromkeys(quarters, 0), quarters)
    yield from _by_frequency("TFXRA_IMP", "T", "SHRO_PT", IMPUTED, [q for q in quarters if q in IMPUTED])


def _by_frequency(
    indicator: str, currency: str, measure: str, figures: Mapping[str, object], quarters: list[str]
) -> Iterator[Series]:
    key = {
        "COUNTRY": "G001",
        "INDICATOR": indicator,
        "FXR_CURRENCY": f"CI_{currency}",
        "TYPE_OF_TRANSFORMATION": measure,
    }
    scale = {"SCALE": "6" if measure == "NV_USD" else "0", "METHODOLOGY": "BPM6,IRFCL13"}
    years = {quarter[:4]: figures[quarter] for quarter in quarters if quarter.endswith("Q4")}
    for frequency, of in (("A", years), ("Q", {quarter: figures[quarter] for quarter in quarters})):
        yield (
            key | {"FREQUENCY": frequency} | scale,
            {period: _plain(figure) for period, figure in of.items()},
        )


def _plain(figure: object) -> str:
    """Without trailing zeros, as figures are published."""
    text = str(figure)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _reserves(rng: random.Random) -> Iterator[SampleFile]:
    source = load_datasets()[RESERVES.what].sources[0]
    # Nobody buys or sells much of their gold in a month.
    ounces = {
        country: _walk(rng, gold / 1000, MONTHS, 0.998, 1.004) for country, (gold, _) in COUNTRIES.items()
    }
    totals = {country: _walk(rng, total, MONTHS) for country, (_, total) in COUNTRIES.items()}
    price = _walk(rng, 1.9e-6, MONTHS)
    for item in source.items:
        figures = {}
        for country, of in ounces.items():
            volume = {month: figure.quantize(Decimal(1)) for month, figure in of.items()}
            if item.endswith("_FTO"):
                times = 1000 if country == THOUSANDFOLD else 1
                figures[country] = {month: ounce * times for month, ounce in volume.items()}
            elif item.endswith("56_USD"):
                figures[country] = {month: ounce * price[month] for month, ounce in volume.items()}
            else:
                figures[country] = totals[country]
        # One country reports a month late.
        del figures["IND"][MONTHS[-1]]
        series = [
            (
                {"COUNTRY": country, "INDICATOR": item, "SECTOR": "S1XS1311", "FREQUENCY": "M", "SCALE": "6"},
                {month: _plain(figure) for month, figure in of.items()},
            )
            for country, of in figures.items()
        ]
        unit = "USD" if item.endswith("_USD") else "FTO"
        yield SampleFile(
            dataset=RESERVES.what,
            file=f"imf/irfcl_{item.removeprefix('IRFCLDT1_')}.2026-11-03.xml",
            url=source.url.replace("{item}", item),
            retrieved_on="2026-11-03",
            published_on="",
            payload=message(
                RESERVES, series, "2026-11-02T16:00:00Z", [{"INDICATOR": item, "UNIT": unit}], "2026-11-03"
            ),
        )


def _positions(rng: random.Random) -> Iterator[SampleFile]:
    source = load_datasets()[POSITIONS.what].sources[0]
    for item in source.items:
        codes = dict(zip(POSITIONS.dimensions, item.split("."), strict=True))
        figures = _walk(rng, PAIRS[codes["COUNTRY"]], HALF_YEARS)
        yield SampleFile(
            dataset=POSITIONS.what,
            file=f"imf/pip_{codes['COUNTRY']}_{codes['COUNTERPART_COUNTRY']}.xml",
            url=source.url.replace("{item}", item),
            retrieved_on="2026-09-14",
            published_on="2026-09-11",
            payload=message(
                POSITIONS,
                [(codes | {"SCALE": "6"}, {period: _plain(figure) for period, figure in figures.items()})],
                "2026-09-11T14:00:00Z",
                [{"INDICATOR": codes["INDICATOR"], "UNIT": "USD"}],
                "2026-09-14",
            ),
        )


def message(
    flow: Flow,
    series: Iterable[Series],
    stamp: str,
    groups: Iterable[Mapping[str, str]] = (),
    answered_on: str = "",
) -> bytes:
    """A message as the service writes it, with the attributes that say what the figures are."""
    urn = (
        f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=IMF.STA:{flow.id}(1.0.0):ObsLevelDim:TIME_PERIOD"
    )
    schemas = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
    structure = f"IMF.STA_{flow.id}_1_0_0"
    return "".join(
        (
            "<?xml version='1.0' encoding='UTF-8'?><message:StructureSpecificData",
            f' xmlns:ss="{schemas}/data/structurespecific" xmlns:ns1="{urn}"',
            f' xmlns:message="{schemas}/message" xmlns:common="{schemas}/common"',
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
            "<message:Header><message:ID>DS1</message:ID><message:Test>false</message:Test>",
            f"<message:Prepared>{answered_on or stamp[:10]}T23:50:07Z</message:Prepared>",
            f'<message:Sender id="iData"/><message:Structure structureID="{structure}" namespace="{urn}"',
            ' dimensionAtObservation="TIME_PERIOD"><common:StructureUsage>',
            f'<Ref agencyID="IMF.STA" id="{flow.id}" version="1.0.0"/></common:StructureUsage>',
            "</message:Structure><message:DataSetAction>Replace</message:DataSetAction></message:Header>",
            '<message:DataSet ss:dataScope="DataStructure" xsi:type="ns1:DataSetType"',
            f' ss:structureRef="{structure}" action="Replace" LANGUAGE="EN" PUBLISHER="IMF"',
            f' UPDATE_DATE="{stamp}" PUBLICATION_DATE="{stamp}" LICENSE="Made up">',
            *(f'<Group xsi:type="ns1:GROUP_{next(iter(of))}"{_attributes(of)}/>' for of in groups),
            *(f"<Series{_attributes(key)}>{_observations(of)}</Series>" for key, of in series),
            "</message:DataSet></message:StructureSpecificData>",
        )
    ).encode()


def _attributes(of: Mapping[str, str]) -> str:
    return "".join(f' {name}="{text}"' for name, text in of.items())


def _observations(of: Mapping[str, str]) -> str:
    return "".join(
        f'<Obs TIME_PERIOD="{period}" OBS_VALUE="{figure}" DERIVATION_TYPE="O"/>'
        for period, figure in of.items()
    )

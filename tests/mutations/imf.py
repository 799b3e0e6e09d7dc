"""Ways in which a message of the International Monetary Fund goes wrong, for made-up and for real ones.

Each takes the bytes of a message about reserves by currency and gives other bytes, and words that the
message about them must have. What a sound one holds is in the tests.
"""

from collections.abc import Callable

from lxml import etree

from tests.mutations import HTML

Data = etree._Element
STRUCTURE = (
    b"<?xml version='1.0'?><m:Structure xmlns:m='http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message'/>"
)
REFUSAL = b"<?xml version='1.0'?><Error><ErrorMessage><Text>No Results Found</Text></ErrorMessage></Error>"


def edit(payload: bytes, change: Callable[[Data], object]) -> bytes:
    """The message after a change of its data set."""
    root = etree.fromstring(payload)
    change(root.find("{*}DataSet"))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def keep(first: dict[str, str]) -> Callable[[Data], None]:
    """Leave out what is older, by frequency: enough to check, and quicker to read."""

    def change(data: Data) -> None:
        for series in data.findall("Series"):
            for observation in series.findall("Obs"):
                if observation.get("TIME_PERIOD") < first[series.get("FREQUENCY")]:
                    series.remove(observation)

    return change


def chosen(data: Data, **codes: str) -> list[Data]:
    """Series by their codes: Q of AFXRA in dollars where nothing else is said."""
    wanted = {"INDICATOR": "AFXRA", "TYPE_OF_TRANSFORMATION": "NV_USD", "FREQUENCY": "Q", **codes}
    return [s for s in data.findall("Series") if all(s.get(name) == code for name, code in wanted.items())]


def the(data: Data, currency: str, **codes: str) -> Data:
    (found,) = chosen(data, FXR_CURRENCY=f"CI_{currency}", **codes)
    return found


def swap(name: str, one: Data, other: Data) -> None:
    kept = one.get(name)
    one.set(name, other.get(name))
    other.set(name, kept)


def times(data: Data, factor: int, divisor: int = 1) -> None:
    for observation in (o for s in data.findall("Series") if s.get("SCALE") == "6" for o in s):
        observation.set("OBS_VALUE", f"{float(observation.get('OBS_VALUE')) * factor / divisor:.6f}")


def units(data: Data) -> list[Data]:
    return [group for group in data.findall("Group") if "UNIT" in group.attrib]


def set_figure(figure: str) -> Callable[[Data], object]:
    """Another text as the dollar's last figure."""
    return lambda data: the(data, "USD")[-1].set("OBS_VALUE", figure)


# Words that the message must have, and a change of the bytes, or of the data set.
OF_BYTES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "empty": ("expected an SDMX message in XML, found 0 bytes", lambda file: b""),
    "a page": ("expected an SDMX message in XML, found .*DOCTYPE", lambda file: HTML),
    "a page in XML": (
        "expected a data message .*, found <html>",
        lambda file: b"<?xml version='1.0'?><!DOCTYPE html><html/>",
    ),
    "JSON": ("expected an SDMX message in XML, found 2 bytes", lambda file: b"{}"),
    "CSV": ("expected an SDMX message in XML, found .*DATAFLOW", lambda file: b"DATAFLOW,COUNTRY\r\n"),
    "a structure message": ("expected a data message .* found a structure message", lambda file: STRUCTURE),
    "a refusal": ("expected a data message .* found <Error> No Results Found", lambda file: REFUSAL),
    "cut in half": ("cannot be read as one .* cut short", lambda file: file[: len(file) // 2]),
    "cut after a series": (
        "cannot be read as one .* cut short",
        lambda file: file[: file.rindex(b"</Series>") + 9],
    ),
    "cut before the end": ("cannot be read as one .* cut short", lambda file: file[:-5]),
    "another agency": (
        r"expected one data set of IMF.STA:COFER, found 1 of \['IMF:COFER'\]",
        lambda file: file.replace(b'agencyID="IMF.STA"', b'agencyID="IMF"'),
    ),
    "another dataflow": (
        r"expected one data set of IMF.STA:COFER, found 1 of \['IMF.STA:PIP'\]",
        lambda file: file.replace(b'id="COFER"', b'id="PIP"'),
    ),
}
OF_DATA: dict[str, tuple[str, Callable[[Data], object]]] = {
    "nothing matched": (
        "expected series with observations, found none. Nothing matched the query",
        lambda data: [data.remove(series) for series in data.findall("Series")],
    ),
    "two data sets": (
        "expected one data set of IMF.STA:COFER, found 2",
        lambda data: data.addnext(etree.fromstring(etree.tostring(data))),
    ),
    "a dimension gone": (
        r"expected FREQUENCY = A\|Q in series 1, found None",
        lambda data: [series.attrib.pop("FREQUENCY") for series in data.findall("Series")],
    ),
    "a dimension renamed": (
        "expected INDICATOR = .* in series 1, found None",
        lambda data: [s.set("CONCEPT", s.attrib.pop("INDICATOR")) for s in data.findall("Series")],
    ),
    "a dimension more": (
        r"expected the dimensions COUNTRY, .* found \['SECTOR'\] too",
        lambda data: [series.set("SECTOR", "S1") for series in data.findall("Series")],
    ),
    "two dimensions swapped": (
        "expected INDICATOR = .* found 'CI_",
        lambda data: [_swap_names(s, "INDICATOR", "FXR_CURRENCY") for s in data.findall("Series")],
    ),
    "another country": (
        r"expected COUNTRY = G.* found 'USA'",
        lambda data: the(data, "USD").set("COUNTRY", "USA"),
    ),
    "an unknown indicator": (
        "expected INDICATOR = AFXRA.* found 'BFXRA'",
        lambda data: the(data, "USD").set("INDICATOR", "BFXRA"),
    ),
    "another measure": (
        "expected TYPE_OF_TRANSFORMATION = .* found 'NV_EUR'",
        lambda data: the(data, "USD").set("TYPE_OF_TRANSFORMATION", "NV_EUR"),
    ),
    "months": (
        r"expected FREQUENCY = A\|Q in .* found 'M'",
        lambda data: the(data, "USD").set("FREQUENCY", "M"),
    ),
    "no period": (
        "expected observations with TIME_PERIOD in series .*, found <Obs>",
        lambda data: the(data, "USD")[-1].attrib.pop("TIME_PERIOD"),
    ),
    "a period that is none": (
        r"expected TIME_PERIOD as .* frequency Q, found '2026-Q5'",
        lambda data: the(data, "USD")[-1].set("TIME_PERIOD", "2026-Q5"),
    ),
    "years and quarters swapped": (
        "expected TIME_PERIOD as .* in a series of frequency Q, found '20..'",
        lambda data: swap("FREQUENCY", the(data, "USD"), the(data, "USD", FREQUENCY="A")),
    ),
    "the figure gone": (
        "expected a number in OBS_VALUE for G001.AFXRA.CI_USD.NV_USD.Q in 2026-Q., found ''",
        lambda data: the(data, "USD")[-1].attrib.pop("OBS_VALUE"),
    ),
    "the figure renamed": (
        "expected a number in OBS_VALUE for .*, found ''",
        lambda data: [o.set("VALUE", o.attrib.pop("OBS_VALUE")) for o in data.iter("Obs")],
    ),
    "no number": (
        "expected a number in OBS_VALUE for G001.AFXRA.CI_USD.NV_USD.Q in 2026-Q., found 'n.a.'",
        set_figure("n.a."),
    ),
    "commas": ("expected a number in OBS_VALUE .*, found '7,416'", set_figure("7,416")),
    "a negative figure": ("expected no negative figure, found '-7416.5' for G001", set_figure("-7416.5")),
    "no unit": (
        "expected UNIT = (USD|PT) for .*, found None",
        lambda data: [data.remove(group) for group in units(data)],
    ),
    "another unit": (
        "expected UNIT = USD for .*, found 'EUR'",
        lambda data: [g.set("UNIT", "EUR") for g in units(data) if g.get("UNIT") == "USD"],
    ),
    "units swapped": (
        "expected UNIT = (USD|PT) for .*, found '(PT|USD)'",
        lambda data: swap("UNIT", *units(data)),
    ),
    "another scale": (
        "expected SCALE = 6 for .*, found '9'",
        lambda data: [series.set("SCALE", "9") for series in chosen(data)],
    ),
    "dollars and percent swapped": (
        "expected SCALE = (6|0) for .*, found '(0|6)'",
        lambda data: swap(
            "TYPE_OF_TRANSFORMATION", the(data, "USD"), the(data, "USD", TYPE_OF_TRANSFORMATION="SHRO_PT")
        ),
    ),
    "millions": (
        "expected the largest figure of NV_USD between 100,000,000,000 and .*The unit may have changed",
        lambda data: times(data, 1, 1_000_000),
    ),
    "multiplied by the scale": (
        "expected the largest figure of NV_USD between .*The unit may have changed",
        lambda data: times(data, 1_000_000),
    ),
    "another meaning of a code": (
        "expected CURRENCY = EUR for CI_EUR, found 'XAU'",
        lambda data: [g.set("CURRENCY", "XAU") for g in data.findall("Group") if g.get("CURRENCY") == "EUR"],
    ),
    "a currency gone": (
        "expected the currencies' holdings and CI_T to agree within .* for G001 in 20",
        lambda data: data.remove(the(data, "CAD")),
    ),
    "a share gone": (
        "expected the currencies' shares and 100 to agree within .* for G001 in 20",
        lambda data: data.remove(the(data, "CAD", TYPE_OF_TRANSFORMATION="SHRO_PT")),
    ),
    "the total gone": (
        "expected the currencies' holdings and CI_T .* no such figure",
        lambda data: data.remove(the(data, "T")),
    ),
    "two currencies swapped in dollars": (
        "expected holdings and share of .* to agree within 0.001 for G001 in 20",
        lambda data: swap("FXR_CURRENCY", the(data, "EUR"), the(data, "JPY")),
    ),
    "allocated and unallocated swapped": (
        "expected the currencies' holdings and CI_T to agree",
        lambda data: swap("INDICATOR", the(data, "T"), the(data, "T", INDICATOR="UFXRA")),
    ),
    "another total": (
        r"expected AFXRA \+ UFXRA and TFXRA to agree within 1e\+06 for G001 in 2026",
        lambda data: the(data, "T", INDICATOR="TFXRA")[-1].set("OBS_VALUE", "12999999999999"),
    ),
    "a wrong figure": (
        "expected the currencies' holdings and CI_T to agree .* for G001 in 2026-Q.",
        set_figure("7410000000000.25"),
    ),
    "a series twice": (
        "expected each observation once, found G001.AFXRA.CI_USD.NV_USD.Q.20..-Q. again",
        lambda data: data.append(etree.fromstring(etree.tostring(the(data, "USD")))),
    ),
    "a period twice": (
        "expected each observation once, found G001.AFXRA.CI_USD.NV_USD.Q.20..-Q. again",
        lambda data: the(data, "USD").append(etree.fromstring(etree.tostring(the(data, "USD")[-1]))),
    ),
    "a quarter missing": (
        "expected each period of G001.* after the one before, found 20..-Q. after the one that ends on 20",
        lambda data: [s.remove(s[-2]) for s in data.findall("Series") if len(s) > 2],
    ),
    "no stamp": (
        "expected PUBLICATION_DATE and UPDATE_DATE with time and zone .*, found ''",
        lambda data: data.attrib.pop("UPDATE_DATE"),
    ),
    "a stamp without a zone": (
        "expected PUBLICATION_DATE and UPDATE_DATE with time and zone .*, found '2026-07-01T13:00:00'",
        lambda data: data.set("UPDATE_DATE", "2026-07-01T13:00:00"),
    ),
}


def _swap_names(series: Data, one: str, other: str) -> None:
    first, second = series.attrib.pop(one), series.attrib.pop(other)
    series.set(one, second)
    series.set(other, first)


def mutated(name: str, payload: bytes) -> tuple[bytes, str]:
    """The message after one of the mutations, and the words that its refusal must have."""
    if name in OF_BYTES:
        words, of_bytes = OF_BYTES[name]
        return of_bytes(payload), words
    words, of_data = OF_DATA[name]
    return edit(payload, of_data), words


MUTATIONS = (*OF_BYTES, *OF_DATA)

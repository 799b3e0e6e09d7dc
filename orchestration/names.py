"""What people call the codes of the marts, wherever marts are looked at."""

ASSET_CLASSES = {
    "equity_and_long_term_debt": "Equity and long-term debt",
    "equity": "Equity",
    "long_term_debt": "Long-term debt",
    "short_term_debt": "Short-term debt",
    "total": "All, with short-term debt",
}
DIRECTIONS = {"inward": "Into Japan", "outward": "Out of Japan"}
# As in a sentence after "the".
CURRENCIES = {
    "USD": "US dollar",
    "EUR": "euro",
    "JPY": "yen",
    "GBP": "pound sterling",
    "CNY": "renminbi",
    "AUD": "Australian dollar",
    "CAD": "Canadian dollar",
    "CHF": "Swiss franc",
    "OTHC": "other currencies",
}
# Kinds of holders of US Treasury securities that are no country, in the order of a list.
HOLDER_KINDS = {
    "official": "Foreign officials",
    "non_official": "Other foreign holders",
    "world": "All foreign holders",
    "assumption": "China and Belgium, assumed",
}
HOLDING_PARTS = {
    "net_usd_m": "Net purchases",
    "valuation_change_usd_m": "Prices",
    "other_change_usd_m": "Neither",
}
"""The parts of a change of holdings, by their columns."""
# Economies whose gold is asked for (worldbank/reserves), and those of the sample.
AREAS = {
    "CHN": "China",
    "IND": "India",
    "JPN": "Japan",
    "POL": "Poland",
    "RUS": "Russia",
    "SAU": "Saudi Arabia",
    "TUR": "Türkiye",
    "USA": "United States",
}


def titled(name: str) -> str:
    """A name at the beginning of a line."""
    return name[0].upper() + name[1:]

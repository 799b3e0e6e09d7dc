"""Where a dataset's files are: one address, or a pattern that stands for several.

Pure: from the record, the day and an index page to the addresses to ask for. Asking is the business
of `fetch.py`; how an answer that comes page by page goes on is known to its parser (`follow`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self
from urllib.parse import urljoin, urlsplit

import bracex
from lxml import html
from lxml.etree import LxmlError
from pydantic import Field, StringConstraints, field_validator, model_validator

from orchestration.errors import LayoutError
from orchestration.releases import Strict

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Extension = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")]
INBOX = "inbox"


class Source(Strict):
    """An address, or a pattern of addresses; in YAML a plain string stands for the `url` alone."""

    url: Text = Field(
        description="https; {year}, {item} and {series} stand for what the fields below list. "
        "inbox:<folder> is a folder of this installation"
    )
    years_from: int | None = Field(
        None,
        ge=1900,
        le=2100,
        description="{year}: one file per year since then",
    )
    items: tuple[Text, ...] = Field((), description="{item}: one file for each")
    series: tuple[Text, ...] = Field(
        (), description="{series}: codes, joined by commas into one file; a{b,c} stands for ab and ac"
    )
    per_request: int = Field(250, ge=1, description="How many codes one request may name")
    format: Extension | None = Field(None, description="File name extension, if not the dataset's")
    links: Text | None = Field(
        None, description="The url is a page: the files are its links whose address this expression matches"
    )

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the YAML held
        return {"url": given} if isinstance(given, str) else given

    @field_validator("links")
    @classmethod
    def _expression(cls, links: str | None) -> str | None:
        if links is not None:
            try:
                re.compile(links)
            except re.error as error:
                raise ValueError(f"'{links}' is not a regular expression: {error}") from None
        return links

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme == INBOX and not re.fullmatch(r"[a-z0-9_]+", parts.path):
            raise ValueError(
                f"expected {INBOX}: and the name of a folder (a to z, 0 to 9, _), found '{self.url}'"
            )
        if parts.scheme != INBOX and (parts.scheme != "https" or not parts.hostname):
            raise ValueError(f"expected an https address, found '{self.url}'")
        for mark, given in (
            ("{year}", self.years_from is not None),
            ("{item}", bool(self.items)),
            ("{series}", bool(self.series)),
        ):
            field = {"{year}": "years_from", "{item}": "items", "{series}": "series"}[mark]
            if (mark in self.url) != given:
                raise ValueError(
                    f"{mark} in the url and {field} go together; found "
                    f"{f'{field} without {mark}' if given else f'{mark} without {field}'} in '{self.url}'"
                )
        if sum(mark in self.url for mark in ("{year}", "{item}", "{series}")) > 1:
            raise ValueError(f"expected {{year}}, {{item}} or {{series}}, found several in '{self.url}'")
        return self

    @property
    def inbox(self) -> str | None:
        """The folder below the inbox, where people put files by hand; None for a publisher's address."""
        parts = urlsplit(self.url)
        return parts.path if parts.scheme == INBOX else None

    def codes(self) -> list[str]:
        """Every code that `series` stands for, in order."""
        return [code for pattern in self.series for code in bracex.expand(pattern, limit=100_000)]


@dataclass(frozen=True)
class Wanted:
    """One file to have, made of the answers of one or more addresses.

    `year`: the one that it is of, gone by so long that it changes no more; asked for only while no version
    is held that has all of it. `may_lack`: it may not be there yet.
    """

    addresses: tuple[str, ...]
    year: int | None = None
    may_lack: bool = False


def wanted(source: Source, today: date) -> Iterator[Wanted]:
    """The files that a source stands for on a day; of an index page, the page itself."""
    if source.series:
        codes = source.codes()
        batches = [codes[i : i + source.per_request] for i in range(0, len(codes), source.per_request)]
        yield Wanted(tuple(source.url.replace("{series}", ",".join(batch)) for batch in batches))
    elif source.items:
        for item in source.items:
            yield Wanted((source.url.replace("{item}", item),))
    elif source.years_from is not None:
        for year in range(today.year, source.years_from - 1, -1):
            # Last year's file is still corrected in the first months of this one, which has none at first.
            yield Wanted(
                (source.url.replace("{year}", str(year)),),
                year=year if year < today.year - 1 else None,
                may_lack=year == today.year,
            )
    else:
        yield Wanted((source.url,))


def linked(page: bytes, address: str, expression: str, what: str) -> list[str]:
    """The addresses on a page that an expression matches, each once, in the page's order.

    Raises:
        LayoutError: it is no page, or none of its links matches.
    """
    try:
        document = html.fromstring(page)
    except (LxmlError, ValueError) as error:
        raise LayoutError(f"{what}: expected a page with links at {address}, found none ({error}).") from None
    base = _joined(address, next(iter(document.xpath("//base/@href")), "")) or address
    found = [link for href in document.xpath("//a/@href") if (link := _joined(base, href))]
    fitting = list(dict.fromkeys(href for href in found if re.search(expression, href)))
    if not fitting:
        raise LayoutError(
            f"{what}: expected a link that matches '{expression}' on {address}, found {len(found)} other "
            f"links{f', the first to {found[0]}' if found else ''}. The page may have changed; what is held "
            "stays."
        )
    return fitting


def _joined(base: str, href: str) -> str | None:
    """A link's address; None where it is none, which is no reason to miss the others."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return None

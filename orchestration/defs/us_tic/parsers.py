"""Parsers of the Treasury's files on foreign holdings of US securities (TIC).

What is added up in the files is added up here too, for a column or a row that has moved keeps its shape.
"""

from functools import partial

from orchestration.defs.us_tic.by_country import (
    PERIOD_COLUMNS,
    SECURITIES,
    TREASURIES,
    Table,
    parse_table,
    recognise_table,
)
from orchestration.defs.us_tic.major_holders import (
    HISTORY_COLUMNS,
    MAJOR_COLUMNS,
    parse_history,
    parse_major,
    published_on_history,
    recognise_history,
    recognise_major,
)
from orchestration.parsing import Parser


def _parser(table: Table) -> Parser:
    return Parser(
        columns=(*table.columns, *PERIOD_COLUMNS),
        recognise=partial(recognise_table, table=table),
        parse=partial(parse_table, table=table),
    )


PARSERS = {
    "treasuries_by_country": _parser(TREASURIES),
    "longterm_securities_by_country": _parser(SECURITIES),
    "major_holders": Parser(columns=MAJOR_COLUMNS, recognise=recognise_major, parse=parse_major),
    "major_holders_history": Parser(
        columns=HISTORY_COLUMNS,
        recognise=recognise_history,
        parse=parse_history,
        published_on=published_on_history,
    ),
}

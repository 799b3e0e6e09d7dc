"""Ways in which publishers' files go wrong, for made-up and for real files alike: a module per publisher.

Here is what all of them share; what is done to workbooks is in `workbooks`.
"""

import pandas as pd

from orchestration.parsing import Parser

HTML = b"<!DOCTYPE html>\n<html><head><title>One moment</title></head><body>Busy, sorry</body></html>\n"


def read(parser: Parser, payload: bytes) -> pd.DataFrame:
    """What the pipeline does with a download, without keeping it."""
    parser.recognise(payload)
    parser.published_on(payload)
    return parser.parse(payload)

"""What all parsers share: how they are found, and what becomes of one that stumbles."""

from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import csv_records, find_parser


def test_a_dataset_without_a_parser_names_the_file_and_those_there_are() -> None:
    with pytest.raises(LayoutError, match=r"defs/ecb/parsers.py: PARSERS has no 'gold'.*fx_reference_rates"):
        find_parser("ecb", "gold")


def test_a_record_without_parsers_says_which_file_is_expected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A publisher that is half written stops itself, not the import of all others."""
    import orchestration.defs

    monkeypatch.setattr(orchestration.defs, "__path__", [*orchestration.defs.__path__, str(tmp_path)])
    for folder, code in (("half", None), ("empty", ""), ("lost", "import no_such_library")):
        (tmp_path / folder).mkdir()
        if code is not None:
            (tmp_path / folder / "parsers.py").write_text(code, encoding="utf-8")
    with pytest.raises(
        LayoutError, match=r"defs/half/parsers.py: expected the parser of 'gold'.*no such file"
    ):
        find_parser("half", "gold")
    with pytest.raises(LayoutError, match=r"defs/empty/parsers.py: PARSERS has no 'gold'.*found \[\]"):
        find_parser("empty", "gold")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        find_parser("lost", "gold")


def test_a_parser_that_stumbles_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that its author did not think of must not stop the other datasets."""
    from orchestration.defs.ecb import parsers

    def stumbles(payload: bytes) -> None:
        raise IndexError("list index out of range")

    broken = type(parsers.PARSERS["fx_reference_rates"])(("date",), stumbles, stumbles)
    monkeypatch.setitem(parsers.PARSERS, "fx_reference_rates", broken)
    parser, _ = find_parser("ecb", "fx_reference_rates")
    with pytest.raises(LayoutError, match=r"ecb/fx_reference_rates: its parser stumbled.*IndexError"):
        parser.parse(b"anything")
    assert parser.published_on(b"anything") is None


def test_a_parser_whose_lists_changed_is_another_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was refused because a list did not have it is read again once the list has it."""
    from orchestration.defs.ecb import parsers

    names = tmp_path / "names.csv"
    names.write_text("a\n", encoding="utf-8")
    _, without = find_parser("ecb", "fx_reference_rates")
    monkeypatch.setattr(parsers, "RESTS_ON", (names,), raising=False)
    _, before = find_parser("ecb", "fx_reference_rates")
    _, again = find_parser("ecb", "fx_reference_rates")
    names.write_text("a\nb\n", encoding="utf-8")
    _, after = find_parser("ecb", "fx_reference_rates")
    assert before == again
    assert len({without, before, after}) == 3


def test_a_parser_is_another_one_with_all_of_our_code_that_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with what its own modules take: lines are read by a module that the parser's takes from."""
    read: list[str] = []
    monkeypatch.setattr("inspect.getsource", lambda module: read.append(module.__name__) or "")
    find_parser("us_tic", "major_holders")
    own = {
        f"orchestration.defs.us_tic.{name}" for name in ("parsers", "by_country", "major_holders", "lines")
    }
    assert set(read) == {"orchestration.parsing", *own}


def test_records_may_be_separated_by_something_else_than_commas() -> None:
    assert csv_records('a;"b;c"\n1,5;2\n', "p/d", delimiter=";") == [["a", "b;c"], ["1,5", "2"]]
    with pytest.raises(LayoutError, match=r"p/d: expected CSV, but line 2 cannot be read as such"):
        csv_records('a;b\n1;"2\n', "p/d", delimiter=";")

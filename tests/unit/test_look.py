"""One look: every file that a record stands for is asked for, and what came is kept."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from orchestration.archive import Archive
from orchestration.errors import FetchError, LayoutError
from orchestration.failed_looks import failed_looks
from orchestration.look import LookError, look
from orchestration.parsing import Parser, bundle, pages
from orchestration.records import Dataset, load_datasets
from orchestration.settings import Settings
from orchestration.sources import Source
from tests.publisher_server import Reply

HOST = "https://www.publisher.example"
WEEKLY = load_datasets()["jp_mof/securities_weekly"]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def demand_json(payload: bytes) -> None:
    for page in pages(payload, "p/d"):
        if not page.startswith(b"{"):
            raise LayoutError("p/d: expected JSON.")


def rows(payload: bytes) -> pd.DataFrame:
    """The rows of all pages, without the time of the answer."""
    return pd.DataFrame({"row": [row for page in pages(payload, "p/d") for row in json.loads(page)["rows"]]})


def next_page(address: str, page: bytes) -> str | None:
    following = json.loads(page).get("next")
    return f"{address.split('&from=')[0]}&from={following}" if following else None


def first_row(page: bytes) -> str:
    return str(json.loads(page)["rows"][0])


def answer(*found: int, **more: object) -> bytes:
    return json.dumps({"rows": found, **more}).encode()


@pytest.fixture
def settings(publisher, tmp_path) -> Settings:
    return Settings(data=tmp_path, rehearsal=publisher.address, request_interval_s=0, clock=NOW)


@pytest.fixture
def dataset(monkeypatch) -> Callable[..., Dataset]:
    """A dataset with these sources, and a parser with these gifts."""

    def make(*sources: object, **gifts: object) -> Dataset:
        given = {"columns": (), "recognise": demand_json, "parse": rows, **gifts}
        monkeypatch.setattr("orchestration.look.find_parser", lambda *_: (Parser(**given), ""))
        found = tuple(Source.model_validate(source) for source in sources)
        return WEEKLY.model_copy(update={"sources": found, "format": "json"})

    return make


def kept(settings: Settings) -> dict[str, bytes]:
    """The archive's files by their parts."""
    archive = Archive(settings.archive_root)
    return {s.part: archive.read(s) for s in archive.snapshots(WEEKLY.id)}


def test_a_look_that_is_refused_leaves_nothing(publisher, settings):
    publisher.answers(WEEKLY.address, b"Date,USD\r\n")
    with pytest.raises(LayoutError):
        look(WEEKLY, settings)
    assert not settings.archive_root.exists()


def test_a_look_keeps_a_new_version_and_only_that(publisher, settings, dataset):
    single = dataset(f"{HOST}/data")
    publisher.answers(
        f"{HOST}/data",
        Reply(answer(1), headers={"ETag": '"v1"'}),
        Reply(answer(1), headers={"ETag": '"v1"'}),
        Reply(answer(1), headers={"ETag": '"another server"'}),
        Reply(answer(2), headers={"ETag": '"v2"'}),
    )
    looks = [look(single, settings) for _ in range(4)]
    assert [len(found.new) for found in looks] == [1, 0, 0, 1]
    assert [found.note for found in looks[1:3]] == [
        "the publisher says that it is unchanged",
        "the same bytes as before",
    ]
    assert looks[3].held == (*looks[0].new, *looks[3].new)
    first = looks[0].new[0]
    assert first.origin == "sample", "what a stand-in sends is nobody's real figure"
    assert (first.address, first.file_name[-10:]) == (f"{HOST}/data", ".data.json")


def test_of_two_looks_at_the_same_moment_the_second_finds_what_the_first_has_kept(
    publisher, settings, dataset
):
    """Without a stamp in the file, the second in which it was retrieved would make it another version."""
    single = dataset(f"{HOST}/data")
    publisher.answers(f"{HOST}/data", Reply(answer(1), headers={"ETag": '"v1"'}, delay_s=0.2))
    clocks = [settings.model_copy(update={"clock": NOW.replace(second=n)}) for n in range(2)]
    with ThreadPoolExecutor() as both:
        looks = list(both.map(look, [single, single], clocks))
    assert sorted(len(found.new) for found in looks) == [0, 1]
    assert len(Archive(settings.archive_root).snapshots(WEEKLY.id)) == 1


def test_a_message_names_the_dataset_the_address_and_what_happens_now(publisher, settings, dataset):
    single = dataset(f"{HOST}/data")
    publisher.answers(f"{HOST}/data", Reply(b"no", 403), b"no JSON")
    for said in (
        f"{WEEKLY.id}: {HOST}/data answered 403 Forbidden. What is held stays; the next look tries again.",
        f"p/d: expected JSON. It came from {HOST}/data. What is held stays; the next look tries again.",
    ):
        with pytest.raises((FetchError, LayoutError)) as told:
            look(single, settings)
        assert str(told.value) == said


def test_what_a_look_failed_on_is_remembered_until_one_goes_well(publisher, settings, dataset):
    single = dataset(f"{HOST}/data")
    publisher.answers(f"{HOST}/data", Reply(b"no", 403), b"no JSON", answer(1))
    for words in ("answered 403 Forbidden", "expected JSON"):
        with pytest.raises((FetchError, LayoutError)):
            look(single, settings)
        (why,) = failed_looks(settings, [single]).values()
        assert words in why
    look(single, settings)
    assert failed_looks(settings, [single]) == {}


def test_years_gone_by_are_asked_for_once_and_the_last_two_at_each_look(publisher, settings, dataset):
    yearly = dataset(
        {"url": f"{HOST}/{{year}}.json", "years_from": 2023},
        part=first_row,
    )
    addresses = {year: f"{HOST}/{year}.json" for year in range(2023, 2027)}
    for year, address in addresses.items():
        publisher.answers(address, answer(year))
    assert len(look(yearly, settings).new) == 4
    assert look(yearly, settings).note == "the same bytes as before"
    assert [len(publisher.asked(address)) for address in addresses.values()] == [1, 1, 2, 2]
    assert sorted(kept(settings)) == ["2023", "2024", "2025", "2026"]


def test_a_year_that_was_held_before_it_was_over_is_asked_for_again(publisher, settings, dataset):
    """A desk that pauses for years has to get the weeks between its last look and the year's end."""
    yearly = dataset({"url": f"{HOST}/{{year}}.json", "years_from": 2023}, part=first_row)
    for year in (2023, 2024, 2025, 2026):
        publisher.answers(f"{HOST}/{year}.json", answer(year))
    publisher.answers(f"{HOST}/2023.json", answer(2023), answer(2023, more="December"))
    summer = settings.model_copy(update={"clock": datetime(2023, 7, 1, tzinfo=UTC)})
    assert len(look(yearly, summer).new) == 1
    assert len(look(yearly, settings).new) == 4
    assert look(yearly, settings).new == ()
    assert len(publisher.asked(f"{HOST}/2023.json")) == 2


def test_one_file_that_cannot_be_had_stops_no_other(publisher, settings, dataset):
    pairs = dataset(
        {"url": f"{HOST}/{{item}}", "items": ["a", "b", "c"]},
        part=first_row,
        published_on=lambda page: date(2030, 1, 1) if page == answer(2) else None,
    )
    for item, reply in (("a", answer(1)), ("b", answer(2)), ("c", answer(3))):
        publisher.answers(f"{HOST}/{item}", reply)
    with pytest.raises(LookError, match=r"not all .* 2 new were kept.\n.*after it was retrieved"):
        look(pairs, settings)
    assert sorted(kept(settings)) == ["1", "3"]


def test_a_publisher_that_does_not_answer_is_not_asked_for_the_rest_but_the_next_source_is(
    publisher, settings, dataset
):
    both = dataset({"url": f"{HOST}/{{item}}", "items": ["a", "b"]}, "https://www.other.example/all")
    publisher.answers("https://www.other.example/all", answer(1))
    publisher.answers(f"{HOST}/a", Reply(status=403))
    with pytest.raises(FetchError, match="403"):
        look(both, settings)
    assert not publisher.asked(f"{HOST}/b")
    assert kept(settings) == {"": answer(1)}


@pytest.mark.parametrize("status", [204, 400, 404])
def test_an_address_of_which_the_publisher_knows_nothing_stops_no_other(publisher, settings, dataset, status):
    pairs = dataset({"url": f"{HOST}/{{item}}", "items": ["a", "b"]}, part=first_row)
    publisher.answers(f"{HOST}/a", Reply(status=status))
    publisher.answers(f"{HOST}/b", answer(1))
    with pytest.raises(LookError, match=rf"1 new were kept.\n.*/a answered {status}"):
        look(pairs, settings)
    assert kept(settings) == {"1": answer(1)}


def test_this_years_file_may_not_be_there_yet_and_an_older_one_that_is_not_is_told(
    publisher, settings, dataset
):
    yearly = dataset({"url": f"{HOST}/{{year}}.json", "years_from": 2023}, part=first_row)
    for year in (2023, 2025):
        publisher.answers(f"{HOST}/{year}.json", answer(year))
    with pytest.raises(LookError, match="2 new were kept") as told:
        look(yearly, settings)
    assert "2024.json answered 404" in str(told.value)
    assert "2026.json" not in str(told.value)
    assert sorted(kept(settings)) == ["2023", "2025"]


def test_codes_are_asked_for_in_batches_and_pages_followed_into_one_file(publisher, settings, dataset):
    series = dataset(
        {"url": f"{HOST}/get?code={{series}}", "series": ["A{1,2}", "B"], "per_request": 2}, follow=next_page
    )
    publisher.answers(f"{HOST}/get?code=A1,A2", answer(1, next=50))
    publisher.answers(f"{HOST}/get?code=A1,A2&from=50", answer(2))
    publisher.answers(f"{HOST}/get?code=B", answer(3))
    (snapshot,) = look(series, settings).new
    payload = kept(settings)[""]
    assert pages(payload, "p/d") == [answer(1, next=50), answer(2), answer(3)]
    assert (snapshot.address, snapshot.extension) == (f"{HOST}/get?code=A1,A2", "zip")
    assert bundle(pages(payload, "p/d")) == payload


def test_a_batch_that_is_unchanged_does_not_hide_one_that_is_new(publisher, settings, dataset):
    """The first code filled a request; another one was added to the record."""
    publisher.answers(f"{HOST}/get?code=A", Reply(answer(1), headers={"ETag": '"v1"'}))
    publisher.answers(f"{HOST}/get?code=B", answer(2))
    asked = {"url": f"{HOST}/get?code={{series}}", "per_request": 1}
    look(dataset(asked | {"series": ["A"]}), settings)
    look(dataset(asked | {"series": ["A", "B"]}), settings)
    assert pages(kept(settings)[""], "p/d") == [answer(1), answer(2)]


def test_an_answer_of_one_page_is_kept_as_it_came_and_asked_for_conditionally(publisher, settings, dataset):
    paged = dataset(f"{HOST}/get", follow=next_page)
    publisher.answers(f"{HOST}/get", Reply(answer(1), headers={"ETag": '"v1"'}))
    assert [len(look(paged, settings).new) for _ in range(2)] == [1, 0]
    assert kept(settings) == {"": answer(1)}
    assert publisher.asked(f"{HOST}/get")[1].headers["if-none-match"] == '"v1"'


def test_pages_without_an_end_are_given_up(publisher, settings, dataset, monkeypatch):
    monkeypatch.setattr("orchestration.look.MAX_PAGES", 3)
    publisher.answers(f"{HOST}/get", answer(1, next=1))
    publisher.answers(f"{HOST}/get&from=1", answer(1, next=1))
    with pytest.raises(LayoutError, match="expected an answer that ends, found 3 pages"):
        look(dataset(f"{HOST}/get", follow=next_page), settings)


def test_the_files_of_an_index_page_are_its_links(publisher, settings, dataset):
    scraped = dataset(
        {"url": f"{HOST}/list.html", "links": r"/file/.*\.json$"},
        part=first_row,
    )
    publisher.answers(
        f"{HOST}/list.html",
        b"<html><body><a href='/file/aa11/x.json'>2025</a> <a href='file/bb22/x.json'>2026</a>"
        b"<a href='/about.html'>about</a></body></html>",
    )
    publisher.answers(f"{HOST}/file/aa11/x.json", answer(2025))
    publisher.answers(f"{HOST}/file/bb22/x.json", answer(2026))
    look(scraped, settings)
    assert sorted(kept(settings)) == ["2025", "2026"]
    assert not publisher.asked(f"{HOST}/about.html")


def test_links_count_from_where_the_page_was_found(publisher, settings, dataset):
    publisher.answers(f"{HOST}/list.html", Reply.redirect("/en/new/list.html"))
    publisher.answers(f"{HOST}/en/new/list.html", b"<html><body><a href='x.json'>2026</a></body></html>")
    publisher.answers(f"{HOST}/en/new/x.json", answer(2026))
    look(dataset({"url": f"{HOST}/list.html", "links": r"\.json$"}), settings)
    assert kept(settings) == {"": answer(2026)}


def test_a_link_to_anybody_else_is_not_followed(publisher, settings, dataset):
    links = ("https://www.stranger.example/x.json", "http://www.publisher.example/x.json", "/y.json")
    page = "".join(f"<a href='{link}'>file</a>" for link in links)
    publisher.answers(f"{HOST}/list.html", page.encode())
    publisher.answers("https://www.stranger.example/x.json", answer(1))
    publisher.answers(f"{HOST}/y.json", answer(2))
    scraped = dataset({"url": f"{HOST}/list.html", "links": r"\.json$"})
    with pytest.raises(LookError, match=r"expected https and www\.publisher\.example\. If") as told:
        look(scraped, settings)
    assert all(f"links to {link};" in str(told.value) for link in links[:2])
    assert kept(settings) == {"": answer(2)}


def test_an_index_page_without_the_links_is_told(publisher, settings, dataset):
    publisher.answers(f"{HOST}/list.html", b"<html><body><a href='/about.html'>about</a></body></html>")
    scraped = dataset({"url": f"{HOST}/list.html", "links": r"\.json$"})
    with pytest.raises(LayoutError, match=r"expected a link that matches .* found 1 other links, the first"):
        look(scraped, settings)


def test_an_answer_that_differs_in_its_time_only_is_not_new(publisher, settings, dataset):
    stamped = dataset(f"{HOST}/data", stamped_answers=True)
    publisher.answers(
        f"{HOST}/data", answer(1, at="08:50:00"), answer(1, at="08:50:01"), answer(2, at="08:50:02")
    )
    looks = [look(stamped, settings) for _ in range(3)]
    assert [len(found.new) for found in looks] == [1, 0, 1]
    assert looks[1].note == "the same figures as before"


def test_an_answer_with_another_stamp_of_its_publisher_is_new_though_its_rows_are_not(
    publisher, settings, dataset
):
    stamped = dataset(
        f"{HOST}/data",
        stamped_answers=True,
        published_on=lambda page: date.fromisoformat(json.loads(page)["of"]),
    )
    publisher.answers(f"{HOST}/data", answer(1, of="2026-01-05"), answer(1, of="2026-02-05"))
    assert [len(look(stamped, settings).new) for _ in range(2)] == [1, 1]


@pytest.fixture
def folder(settings) -> Path:
    """The folder of the inbox that the tests' datasets come from."""
    made = settings.inbox / "readings"
    made.mkdir(parents=True)
    return made


def test_answers_after_a_correction_under_the_same_stamp_are_not_new_for_ever(publisher, settings, dataset):
    stamped = dataset(f"{HOST}/data", stamped_answers=True, published_on=lambda _: date(2026, 2, 5))
    replies = [answer(row, at=str(n)) for n, row in enumerate((1, 2, 2, 2))]
    publisher.answers(f"{HOST}/data", *replies)
    assert [len(look(stamped, settings).new) for _ in replies] == [1, 1, 0, 0]


def test_each_file_in_the_inbox_is_a_part_and_a_wrong_one_stops_no_other(settings, dataset, folder):
    inbox = dataset("inbox:readings")
    assert look(inbox, settings).held == (), "nobody has put anything there"
    (folder / "a.json").write_bytes(answer(1))
    (folder / "b.json").write_bytes(b"<html>")
    with pytest.raises(LookError, match=r"not all .* 1 new were kept.\n.*b.json: .*expected JSON"):
        look(inbox, settings)
    (folder / "b.json").write_bytes(answer(2))
    look(inbox, settings)
    assert kept(settings) == {"a.json": answer(1), "b.json": answer(2)}


def test_a_file_of_the_inbox_with_a_wrong_row_is_told_and_never_kept(settings, dataset, folder):
    def parse(payload: bytes) -> pd.DataFrame:
        if b"wrong" in payload:
            raise LayoutError("p/d: line 2: expected a figure, found 'wrong'")
        return rows(payload)

    inbox = dataset("inbox:readings", parse=parse)
    (folder / "a.json").write_bytes(b'{"rows": ["wrong"]}')
    with pytest.raises(LayoutError, match=r"a.json: p/d: line 2: expected a figure, found 'wrong'"):
        look(inbox, settings)
    assert not settings.archive_root.exists()


def test_files_of_the_inbox_that_are_alike_are_kept_each_by_its_name(settings, dataset, folder):
    """Both come at the same second, with the same bytes."""
    for name in ("a.json", "copy of a.json"):
        (folder / name).write_bytes(answer(1))
    inbox = dataset("inbox:readings")
    assert len(look(inbox, settings).new) == 2
    assert kept(settings) == {"a.json": answer(1), "copy of a.json": answer(1)}
    assert look(inbox, settings).note == "the same bytes as before"


def test_a_file_of_the_inbox_that_is_put_back_to_what_it_was_is_a_new_version(settings, dataset, folder):
    inbox = dataset("inbox:readings")
    new = []
    for day, row in enumerate((1, 2, 1, 1), start=2):
        (folder / "a.json").write_bytes(answer(row))
        new.append(len(look(inbox, settings.model_copy(update={"clock": NOW.replace(day=day)})).new))
    assert new == [1, 1, 1, 0]
    assert kept(settings) == {"a.json": answer(1)}, "the newest"


def test_a_file_of_the_inbox_that_cannot_be_read_stops_no_other(settings, dataset, folder, monkeypatch):
    for name in ("a.json", "b.json"):
        (folder / name).write_bytes(answer(1))
    read = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(
        LookError, match=r"a.json: it cannot be read \(Permission denied\). What is held stays"
    ):
        look(dataset("inbox:readings"), settings)
    assert kept(settings) == {"b.json": answer(1)}


def test_what_else_lies_in_the_inbox_is_named(settings, dataset, folder):
    (folder / "A.JSON").write_bytes(answer(1))
    (folder / "._A.JSON").write_bytes(b"a Macintosh's own")
    (folder / "old.json").mkdir()
    (folder / "readings.xlsx").write_bytes(b"PK")
    found = look(dataset("inbox:readings"), settings)
    assert kept(settings) == {"A.JSON": answer(1)}
    assert found.note == "passed over, as they are no .json files: readings.xlsx; a new version"

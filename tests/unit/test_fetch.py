"""Downloads: polite, bounded, validated; every refusal says what was asked and what came."""

import gzip
import socket
import time
from dataclasses import replace

import pytest

from orchestration.errors import FetchError, LayoutError
from orchestration.fetch import Download, Fetcher, Manners, Unchanged
from tests.publisher_server import PublisherServer, Reply

FILE = "https://www.publisher.example/data/week.csv"
MANNERS = Manners(
    user_agent="Tidemark/0 (+https://desk.example)",
    connect_timeout_s=2,
    read_timeout_s=2,
    total_timeout_s=60,
    max_bytes=1_000_000,
    request_interval_s=0,
    retries=3,
    backoff_s=0.01,
)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def anything(_: bytes) -> None:
    """A parser that knows every file."""


def fetcher(publisher: PublisherServer, **manners: object) -> Fetcher:
    return Fetcher(replace(MANNERS, **manners), publisher.address)


def fetch(publisher: PublisherServer, url: str = FILE, **manners: object) -> Download | Unchanged:
    return fetcher(publisher, **manners).fetch(url, recognise=anything)


def refusal(publisher: PublisherServer, url: str = FILE, **manners: object) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(publisher, url, **manners)
    return str(caught.value)


def test_a_file_comes_with_its_bytes_headers_and_address(publisher):
    publisher.answers(FILE, Reply(b"1,2\r\n", headers={"ETag": '"v1"', "Set-Cookie": "id=1"}))
    got = fetch(publisher)
    assert (got.body, got.address) == (b"1,2\r\n", FILE)
    assert (got.headers["etag"], got.headers["content-length"]) == ('"v1"', "5")
    assert "set-cookie" not in got.headers


def test_the_publisher_reads_who_asks(publisher):
    publisher.answers(FILE, b"1")
    fetch(publisher)
    assert publisher.asked(FILE)[0].headers["user-agent"] == "Tidemark/0 (+https://desk.example)"


def test_a_compressed_body_is_unpacked_to_the_last_byte(publisher):
    body = b"".join(b"%d,1,689\r\n" % n for n in range(50_000))
    publisher.answers(FILE, Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    assert fetch(publisher).body == body


@pytest.mark.parametrize(
    ("header", "condition"),
    [("ETag", "if-none-match"), ("Last-Modified", "if-modified-since")],
)
def test_what_is_held_is_not_sent_again(publisher, header, condition):
    publisher.answers(FILE, Reply(b"1", headers={header: "Fri, 14 Aug 2026 00:00:00 GMT"}))
    ask = fetcher(publisher)
    held = ask.fetch(FILE, recognise=anything).headers
    assert isinstance(ask.fetch(FILE, recognise=anything, held=held), Unchanged)
    first, second = publisher.asked(FILE)
    assert condition not in first.headers
    assert second.headers[condition] == "Fri, 14 Aug 2026 00:00:00 GMT"


def test_a_new_version_comes_whole_although_an_older_one_is_held(publisher):
    publisher.answers(FILE, Reply(b"2", headers={"ETag": '"v2"'}))
    got = fetcher(publisher).fetch(FILE, recognise=anything, held={"etag": '"v1"'})
    assert got.body == b"2"


def test_unchanged_is_no_answer_to_somebody_who_holds_nothing(publisher):
    publisher.answers(FILE, Reply(status=304))
    assert f"{FILE} answered 304 Not Modified" in refusal(publisher)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_error_that_passes_is_waited_for(publisher, status):
    publisher.answers(FILE, Reply(status=status), b"1")
    assert fetch(publisher).body == b"1"
    assert len(publisher.asked(FILE)) == 2


def test_an_error_that_stays_is_told_after_the_last_try(publisher):
    publisher.answers(FILE, Reply(status=503))
    message = refusal(publisher)
    assert f"{FILE} answered 503 Service Unavailable; tried 4 times" in message
    assert "What is held stays" in message
    assert len(publisher.asked(FILE)) == 4


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_error_that_does_not_pass_is_told_at_once(publisher, status):
    publisher.answers(FILE, Reply(b"no", status))
    assert f"{FILE} answered {status} " in refusal(publisher)
    assert len(publisher.asked(FILE)) == 1


def test_an_answer_without_content_says_that_the_query_may_be_wrong(publisher):
    """The IMF answers so where the agency is not the one that publishes the data."""
    publisher.answers(FILE, Reply(status=204))
    message = refusal(publisher)
    assert f"{FILE} answered 204 No Content: nothing fits the query in its address. " in message
    assert len(publisher.asked(FILE)) == 1


def test_what_a_service_says_of_its_refusal_is_told_and_a_page_says_nothing(publisher):
    publisher.answers(
        FILE,
        Reply(b'{"MESSAGE": "Invalid code"}', status=400, headers={"Content-Type": "application/json"}),
        Reply(b"<html>Bad request</html>", status=400, headers={"Content-Type": "text/html"}),
    )
    assert 'answered 400 Bad Request. It said: {"MESSAGE": "Invalid code"} ' in refusal(publisher)
    assert "It said" not in refusal(publisher)


def test_an_address_with_a_thousand_codes_is_cut_in_messages(publisher):
    long = f"{FILE}?code={','.join(['BPPI6D1R9US'] * 1000)}"
    message = refusal(publisher, long)
    assert message.startswith(long[:200] + "… answered 404 Not Found")
    assert len(message) < 400


def waits(publisher: PublisherServer, **manners: object) -> list[float]:
    time_ = Time()
    ask = Fetcher(replace(MANNERS, **manners), publisher.address, time_.sleep, time_.clock)
    assert ask.fetch(FILE, recognise=anything).body == b"1"
    return time_.slept


def test_the_pauses_between_tries_grow(publisher):
    publisher.answers(FILE, *[Reply(status=500)] * 3, b"1")
    assert waits(publisher, backoff_s=1) == [1, 2, 4]


@pytest.mark.parametrize(("asked", "waited"), [("7", 7), ("30", 30), ("soon", 1), ("0", 1)])
def test_a_publishers_wish_to_be_left_alone_is_kept(publisher, asked, waited):
    publisher.answers(FILE, Reply(status=429, headers={"Retry-After": asked}), b"1")
    assert waits(publisher, backoff_s=1, retry_after_max_s=30) == [waited]


def test_a_publisher_that_wishes_to_be_left_alone_for_long_is_asked_for_nothing_more_until_then(publisher):
    other, elsewhere = "https://www.publisher.example/month.csv", "https://www.another.example/data.csv"
    publisher.answers(FILE, Reply(status=429, headers={"Retry-After": "3600"}))
    publisher.answers(other, b"2")
    publisher.answers(elsewhere, b"3")
    time_ = Time()
    ask = Fetcher(replace(MANNERS, retry_after_max_s=30), publisher.address, time_.sleep, time_.clock)
    with pytest.raises(FetchError) as told:
        ask.fetch(FILE, recognise=anything)
    assert "; tried once. It wishes to be left alone for 3,600 s. What is held stays" in str(told.value)
    time_.now += 600
    with pytest.raises(FetchError, match=f"{other} was not asked for: .* left alone for another 3,000 s"):
        ask.fetch(other, recognise=anything)
    assert ask.fetch(elsewhere, recognise=anything).body == b"3"
    assert (len(publisher.asked(FILE)), publisher.asked(other)) == (1, [])
    time_.now += 3000
    assert ask.fetch(other, recognise=anything).body == b"2"


def test_a_host_that_has_failed_gets_one_brief_try_for_each_further_file_until_it_answers(publisher):
    slow, good = (f"https://www.publisher.example/{name}.csv" for name in ("slow", "good"))
    publisher.answers(FILE, Reply(status=503))
    publisher.answers(slow, Reply(b"1", delay_s=1))
    publisher.answers(good, b"1")
    ask = fetcher(publisher, connect_timeout_s=0.3)

    def refused(url: str) -> str:
        with pytest.raises(FetchError) as told:
            ask.fetch(url, recognise=anything)
        return str(told.value)

    assert "tried 4 times" in refused(FILE)
    assert (
        "tried once, as it had failed before in this run, waiting at most 0.3 s for a connection and 0.3 s "
        in (refused(slow))
    )
    assert "503 Service Unavailable; tried once, as it had failed before in this run. " in refused(FILE)
    assert ask.fetch(good, recognise=anything).body == b"1"
    assert ask.fetch(slow, recognise=anything).body == b"1"
    assert "tried 4 times" in refused(FILE)


def test_after_a_file_that_was_cut_short_the_next_one_of_its_host_is_waited_for_as_any(publisher):
    other = "https://www.publisher.example/month.csv"
    publisher.answers(FILE, Reply(b"1", claims=2))
    publisher.answers(other, Reply(status=429, headers={"Retry-After": "7"}), b"1")
    time_ = Time()
    ask = Fetcher(MANNERS, publisher.address, time_.sleep, time_.clock)
    with pytest.raises(FetchError, match="cut short"):
        ask.fetch(FILE, recognise=anything)
    assert ask.fetch(other, recognise=anything).body == b"1"
    assert time_.slept == [7]


def test_a_short_wish_to_be_left_alone_is_kept_by_the_next_file_of_that_host(publisher):
    other = "https://www.publisher.example/month.csv"
    publisher.answers(FILE, Reply(status=429, headers={"Retry-After": "2"}))
    publisher.answers(other, b"1")
    time_ = Time()
    ask = Fetcher(replace(MANNERS, retries=0), publisher.address, time_.sleep, time_.clock)
    with pytest.raises(FetchError, match="left alone for 2 s"):
        ask.fetch(FILE, recognise=anything)
    assert ask.fetch(other, recognise=anything).body == b"1"
    assert time_.slept == [2]


def test_a_publisher_that_is_silent_twice_is_not_asked_a_third_time(publisher):
    publisher.answers(FILE, Reply(b"1", delay_s=5))
    assert "(TimeoutError: timed out); tried 2 times" in refusal(publisher, read_timeout_s=0.1)
    assert len(publisher.asked(FILE)) == 2


def test_waiting_never_outlasts_the_whole_downloads_time(publisher):
    publisher.answers(FILE, Reply(status=429, headers={"Retry-After": "100"}), b"1")
    message = refusal(publisher, total_timeout_s=60)
    assert "answered 429 Too Many Requests; tried once" in message
    assert len(publisher.asked(FILE)) == 1


def test_one_host_is_asked_once_per_interval_retries_and_all(publisher):
    other = "https://www.another.example/data.csv"
    publisher.answers(FILE, Reply(status=500), b"1")
    publisher.answers(other, b"2")
    time_ = Time()
    ask = Fetcher(
        replace(MANNERS, request_interval_s=5, backoff_s=1), publisher.address, time_.sleep, time_.clock
    )
    ask.fetch(FILE, recognise=anything)
    assert time_.now == 5
    ask.fetch(other, recognise=anything)
    assert time_.now == 5, "another host need not wait"
    ask.fetch(FILE, recognise=anything)
    assert time_.now == 10
    time_.now = 60
    ask.fetch(FILE, recognise=anything)
    assert time_.now == 60, "long ago is long enough"


def test_a_silent_publisher_is_told_with_the_time_that_was_given(publisher):
    publisher.answers(FILE, Reply(b"1", delay_s=5))
    message = refusal(publisher, read_timeout_s=0.1, retries=1)
    assert message.startswith(f"{FILE} could not be reached (TimeoutError: timed out); tried 2 times")
    assert "0.1 s for a reply" in message


def test_a_publisher_that_falls_silent_halfway_is_told_with_what_came(publisher):
    publisher.answers(FILE, Reply(b"12", drip_s=5))
    assert f"{FILE} was cut short: 1 of 2 bytes came (TimeoutError" in refusal(publisher, read_timeout_s=0.1)


def test_a_refused_connection_is_told_as_such():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(FetchError, match=r"not be reached \(ConnectionRefusedError: .*tried 4 times"):
            Fetcher(MANNERS, nobody).fetch(FILE, recognise=anything)


def test_a_dripping_publisher_is_stopped_when_the_time_is_up(publisher):
    publisher.answers(FILE, Reply(b"1" * 1000, drip_s=0.02))
    began = time.monotonic()
    message = refusal(publisher, total_timeout_s=0.2)
    assert time.monotonic() - began < 2
    assert f"{FILE} was still sending after 0.2 s" in message


def test_a_file_beyond_the_limit_is_stopped(publisher):
    publisher.answers(FILE, b"1" * 1001)
    assert f"{FILE} sent more than 1,000 bytes" in refusal(publisher, max_bytes=1000)


def test_the_limit_holds_for_what_a_small_file_unpacks_to(publisher):
    bomb = gzip.compress(b"0" * 5_000_000)
    publisher.answers(FILE, Reply(bomb, headers={"Content-Encoding": "gzip"}))
    assert len(bomb) < 100_000
    assert "sent more than 100,000 bytes" in refusal(publisher, max_bytes=100_000)


def test_a_file_at_the_limit_is_taken(publisher):
    publisher.answers(FILE, b"1" * 1000)
    assert len(fetch(publisher, max_bytes=1000).body) == 1000


def test_an_empty_body_is_refused(publisher):
    publisher.answers(FILE, b"")
    assert f"{FILE} sent an empty body" in refusal(publisher)


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "Text/HTML", "text/csv"])
@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Moved</title>", b"\xef\xbb\xbf\r\n<HTML>Moved"])
def test_a_page_instead_of_data_is_refused_and_quoted(publisher, content_type, page):
    publisher.answers(FILE, Reply(page, headers={"Content-Type": content_type}))
    message = refusal(publisher)
    assert f"{FILE} answered with an HTML page instead of data" in message
    assert "Moved" in message


def test_a_page_without_the_usual_beginning_is_known_by_its_type(publisher):
    publisher.answers(FILE, Reply(b"<title>Blocked</title>", headers={"Content-Type": "text/html"}))
    assert "Blocked" in refusal(publisher)


def test_data_that_calls_itself_a_page_is_taken(publisher):
    publisher.answers(FILE, Reply(b"Date,USD\r\n", headers={"Content-Type": "text/html"}))
    assert fetch(publisher).body == b"Date,USD\r\n"


def test_xml_is_no_page(publisher):
    publisher.answers(FILE, Reply(b"<?xml version='1.0'?><data/>", headers={"Content-Type": "text/xml"}))
    assert fetch(publisher).body.startswith(b"<?xml")


def test_a_page_is_taken_where_the_dataset_is_one(publisher):
    publisher.answers(FILE, Reply(b"<html><table>", headers={"Content-Type": "text/html"}))
    got = fetcher(publisher).fetch(FILE, recognise=anything, html_expected=True)
    assert got.body == b"<html><table>"


def test_a_body_cut_short_is_told_with_both_numbers(publisher):
    publisher.answers(FILE, Reply(b"1" * 1234, claims=254_473))
    assert f"{FILE} was cut short: 1,234 of 254,473 bytes came" in refusal(publisher)


def test_a_compressed_body_cut_short_is_told_in_the_bytes_that_travelled(publisher):
    packed = gzip.compress(b"0" * 100_000)
    publisher.answers(FILE, Reply(packed[:50], headers={"Content-Encoding": "gzip"}, claims=len(packed)))
    assert f"cut short: 50 of {len(packed)} bytes came" in refusal(publisher)


def test_a_body_without_an_announced_length_is_taken(publisher):
    publisher.answers(FILE, Reply(b"1,2\r\n", claims=None))
    assert fetch(publisher).body == b"1,2\r\n"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(publisher, status):
    publisher.answers(FILE, Reply.redirect("/archive/week.csv", status))
    publisher.answers("https://www.publisher.example/archive/week.csv", b"1")
    got = fetch(publisher)
    assert (got.body, got.address) == (b"1", "https://www.publisher.example/archive/week.csv")


def test_a_redirect_to_another_host_is_refused_naming_both(publisher):
    publisher.answers(FILE, Reply.redirect("https://cdn.elsewhere.example/week.csv"))
    message = refusal(publisher)
    assert f"{FILE} redirected to another host, cdn.elsewhere.example" in message
    assert "expected www.publisher.example" in message
    assert publisher.asked("https://cdn.elsewhere.example/week.csv") == []


def test_a_redirect_to_a_further_host_of_the_record_is_followed(publisher):
    publisher.answers(FILE, Reply.redirect("https://cdn.publisher.example/week.csv"))
    publisher.answers("https://cdn.publisher.example/week.csv", b"1")
    got = fetcher(publisher).fetch(FILE, recognise=anything, hosts=["cdn.publisher.example"])
    assert (got.body, got.address) == (b"1", "https://cdn.publisher.example/week.csv")


def test_a_redirect_away_from_https_is_refused(publisher):
    publisher.answers(FILE, Reply.redirect("http://www.publisher.example/week.csv"))
    assert "'http://www.publisher.example/week.csv': only https is used" in refusal(publisher)


def test_a_redirect_within_the_stand_in_means_the_host_that_it_plays(publisher):
    publisher.answers(FILE, Reply.redirect(f"{publisher.address}/www.publisher.example/moved.csv"))
    publisher.answers("https://www.publisher.example/moved.csv", b"1")
    assert fetch(publisher).address == "https://www.publisher.example/moved.csv"


def test_redirects_in_a_circle_are_left(publisher):
    publisher.answers(FILE, Reply.redirect(FILE))
    assert f"{FILE} redirected five times in a row" in refusal(publisher)
    assert len(publisher.asked(FILE)) == 5


def test_an_address_without_encryption_is_refused(publisher):
    plain = FILE.replace("https", "http")
    assert f"{plain}: " in refusal(publisher, plain)
    assert publisher.requests == []


@pytest.mark.parametrize("address", ["http://192.0.2.1:8000", "https://www.publisher.example"])
def test_a_stand_in_on_another_machine_is_refused(address):
    with pytest.raises(FetchError, match=f"stays on this machine; refused to ask {address}"):
        Fetcher(MANNERS, address)


def test_a_rehearsal_stays_on_this_machine_whatever_proxy_there_is(publisher, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    publisher.answers(FILE, b"1")
    assert fetch(publisher).body == b"1"


def test_what_the_parser_does_not_know_is_refused_with_its_words(publisher):
    def knows_nothing(_: bytes) -> None:
        raise LayoutError("week.csv: expected 'Final Update', found none.")

    publisher.answers(FILE, b"1")
    with pytest.raises(LayoutError, match="expected 'Final Update'"):
        fetcher(publisher).fetch(FILE, recognise=knows_nothing)

"""The daemon and the web server for real: schedules fire, alerts go out, what was killed is mended.

One desk, one start of both (and a second one after everything was killed); a publisher, a webhook and a mail
server on loopback. Nobody runs a command: what a person does is done through the API of the UI's own pages.
The tests build on each other, as the days at a desk do.
"""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import pytest
import requests
from aiosmtpd.controller import Controller

from orchestration.records import load_datasets, load_publishers
from orchestration.sampling import publisher_files
from orchestration.serving import FILE
from tests.dagster_ui import DagsterUi, dagster_ui
from tests.desk import Desk
from tests.mutations.jp_mof import MOF, records_of, set_cells, swap_figures
from tests.publisher_server import PublisherServer, Reply
from tests.receivers import Webhook, mail_server

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

WEEKLY, LONG_TERM = "jp_mof/securities_weekly", "jp_mof/residents_longterm_debt_monthly"
DATASETS = load_datasets()
# The week to 14 November is late by then, and what was published on 19 November is news.
CLOCK = "2026-11-25T09:00:00Z"
# What foreigners buy of shares, net, in hundred million yen as the ministry prints it: no week has more.
RECORD, REVISED, REVISED_AGAIN = 30_000, 20_000, 25_000
PATIENCE_S = 600
# From the end of a tick until all that it writes is there.
SETTLES_S = 5

Found = TypeVar("Found")


def until(what: str, look: Callable[[], Found], pause_s: float = 1) -> Found:
    """What a look finds, once it finds something."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(pause_s)
    raise AssertionError(f"Not within {PATIENCE_S} s: {what}")


def edition(day: int, net: int) -> bytes:
    """The ministry's file with the week to 14 November, as of a day of that month.

    Each of another day: a second file of one day counts as known when it was retrieved, at the clock's time.
    """
    _, sample = (file.payload for file in publisher_files("jp_mof") if file.dataset == WEEKLY)
    stamped = (
        sample.decode("cp932").replace("11月19日", f"11月{day}日").replace("November  19", f"November  {day}")
    )
    newest = next(n for n, record in enumerate(records_of(sample)) if n > MOF[0].data and not any(record)) - 1
    bonds, bills, sold = -3_067, 1_312, 253_280
    return reduce(
        lambda file, cell: set_cells(file, newest, cell[0], f"{cell[1]:,}"),
        [(12, sold + net), (14, net), (18, net + bonds), (22, net + bonds + bills)],
        stamped.encode("cp932"),
    )


@dataclass
class Ministry:
    """Plays the publisher."""

    server: PublisherServer

    def publishes(self, dataset: str, payload: bytes) -> None:
        self.server.answers(DATASETS[dataset].address, Reply(payload, headers={"ETag": f'"{hash(payload)}"'}))


@pytest.fixture(scope="module")
def ministry() -> Iterator[Ministry]:
    """All of its files but one; of the weekly ones, that before the newest."""
    with PublisherServer().running() as server:
        ministry = Ministry(server)
        for file in reversed(publisher_files("jp_mof")):
            ministry.publishes(file.dataset, file.payload)
        server.answers(DATASETS[LONG_TERM].address, Reply(b"gone", 404))
        yield ministry


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with Webhook().running() as server:
        yield server


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Controller]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def desk(
    ministry: Ministry, webhook: Webhook, mailbox: Controller, tmp_path_factory: pytest.TempPathFactory
) -> Desk:
    return Desk(
        tmp_path_factory.mktemp("daemon"),
        {
            "TIDEMARK_REHEARSAL": ministry.server.address,
            "TIDEMARK_CLOCK": CLOCK,
            "TIDEMARK_REQUEST_INTERVAL_S": "0",
            "TIDEMARK_ALERT_WEBHOOK": webhook.address,
            "TIDEMARK_ALERT_EMAIL": "desk@tidemark.example",
            "TIDEMARK_SMTP": f"smtp://127.0.0.1:{mailbox.port}",
        },
    )


@pytest.fixture(scope="module")
def ui(desk: Desk) -> Iterator[DagsterUi]:
    with dagster_ui(desk) as running:
        yield running


def bought(desk: Desk) -> int | None:
    """What foreigners bought of shares in the newest week, as the serving copy has it; None without it."""
    if not desk.serving.exists():
        return None
    with desk.marts() as marts:
        found = marts.execute(
            """
            select cast(net_m / 100 as integer) from flows.portfolio_flows
            where basis = 'jp_itn_weekly' and direction = 'inward' and asset_class = 'equity'
                and counterpart = 'W1' and period_end = date '2026-11-14'
            """
        ).fetchone()
    return found and found[0]


def fired(ui: DagsterUi, schedule: str) -> str:
    """The run that a schedule launches, which is on until it has done so."""
    before = {run["runId"] for run in ui.runs()}
    ui.turn_on(schedule)
    run = until("the schedule fired", lambda: next((r for r in ui.runs() if r["runId"] not in before), None))
    until("the schedule stays off", lambda: stays_off(ui, schedule))
    assert run["tags"]["dagster/schedule_name"] == schedule
    return run["runId"]


def stays_off(ui: DagsterUi, schedule: str) -> bool:
    """Turn it off, and say whether that lasts: a tick ends with writing back what it began with."""
    until("no tick is under way", lambda: not ui.looks_now(schedule))
    time.sleep(SETTLES_S)
    ui.turn_off(schedule)
    time.sleep(SETTLES_S)
    return ui.schedules()[schedule] == "STOPPED" and not ui.looks_now(schedule)


def end(ui: DagsterUi, run: str) -> dict:
    """A run, once it has ended."""
    over = ("SUCCESS", "FAILURE")
    return until(
        "the run ended",
        lambda: next((r for r in ui.runs() if r["runId"] == run and r["status"] in over), None),
    )


def tries_after(ui: DagsterUi, run: str) -> list[dict]:
    """The further tries of a run, once there are some."""
    return [other for other in ui.runs() if other["tags"].get("dagster/root_run_id") == run]


def building(desk: Desk, ui: DagsterUi, run: str) -> int:
    """The process of a run, as soon as it builds models."""
    pid = until("the run began", lambda: _process(ui, run))
    # By what is on the disk: an answer of the API may take longer than a build.
    until("the run builds models", (desk.data / "dbt" / run).exists, pause_s=0.05)
    return pid


def _process(ui: DagsterUi, run: str) -> int | None:
    entries = [entry for event in ui.events(run) for entry in event.get("metadataEntries", ())]
    return next((int(entry["text"]) for entry in entries if entry["label"] == "pid"), None)


def titles(webhook: Webhook) -> list[str]:
    """What the alerts were about, in the order in which they came."""
    return [post["text"].split("*")[1].removeprefix("Made-up sample: ") for post in list(webhook.posted)]


def test_1_a_schedule_fires_by_itself_and_what_failed_and_what_is_late_is_told(
    desk: Desk, ui: DagsterUi, webhook: Webhook, record_property: Callable[[str, object], None]
) -> None:
    """The first run is that of a new machine; the webhook is down, and gets its alerts once it is up."""
    assert set(ui.schedules()) == {"catch_up", *(publisher.id for publisher in load_publishers())}
    assert set(ui.schedules().values()) == {"STOPPED"}
    webhook.status = 500
    run = end(ui, fired(ui, "jp_mof"))
    assert f"{DATASETS[LONG_TERM].address} answered 404" in ui.said(run["runId"])
    assert desk.serving.exists()
    assert bought(desk) is None
    until("an alert was refused", lambda: webhook.refused)
    webhook.status = 200
    until("two alerts", lambda: len(titles(webhook)) >= 2)
    assert {"A run of jp_mof failed", f"Late: {DATASETS[WEEKLY].title}"} <= set(titles(webhook))
    failed = next(post["text"] for post in webhook.posted if "A run of" in post["text"])
    assert f"{DATASETS[LONG_TERM].address} answered 404" in failed
    # The schedule may have fired once more before it was off: the alert leads to one of the two.
    assert any(f"/runs/{other['runId']}" in failed for other in ui.runs())
    record_property("said", f"first run on a new machine: {run['endTime'] - run['startTime']:.0f} s")


def test_2_a_new_file_is_in_the_serving_copy_without_a_hands_touch(
    desk: Desk,
    ui: DagsterUi,
    ministry: Ministry,
    webhook: Webhook,
    record_property: Callable[[str, object], None],
) -> None:
    (long_term,) = (file.payload for file in publisher_files("jp_mof") if file.dataset == LONG_TERM)
    ministry.publishes(LONG_TERM, long_term)
    published = time.monotonic()
    ministry.publishes(WEEKLY, edition(19, RECORD))
    run = fired(ui, "jp_mof")
    until("the new week in the serving copy", lambda: bought(desk) == RECORD)
    served = time.monotonic()
    looked = next(
        request.at for request in ministry.server.asked(DATASETS[WEEKLY].address) if request.at > published
    )
    record_property(
        "said",
        f"from publication to serving: {served - published:.0f} s, of them {looked - published:.0f} s until "
        "the schedule's look (every minute in a rehearsal)",
    )
    assert end(ui, run)["status"] == "SUCCESS"
    until("the alert of a record", lambda: any("A record: inward, equity" in t for t in titles(webhook)))


def test_3_a_look_at_unchanged_files_is_recorded_and_builds_nothing(desk: Desk, ui: DagsterUi) -> None:
    before = desk.serving.stat()
    run = end(ui, fired(ui, "jp_mof"))
    assert run["status"] == "SUCCESS"
    said = ui.said(run["runId"])
    for dataset in (name for name in DATASETS if name.startswith("jp_mof/")):
        assert f"{dataset}: the publisher says that it is unchanged" in said
    assert "dbt builds none of" in said
    assert "nothing to publish" in said
    after = desk.serving.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_4_a_file_of_another_layout_is_refused_and_told(
    desk: Desk, ui: DagsterUi, ministry: Ministry, webhook: Webhook
) -> None:
    ministry.publishes(WEEKLY, swap_figures(MOF[0], edition(20, REVISED), 1))
    assert end(ui, ui.launch("jp_mof"))["status"] == "FAILURE"
    told = f"Not loaded, as its structure is another: {DATASETS[WEEKLY].title}"
    until("the alert of a refused file", lambda: told in titles(webhook))
    assert bought(desk) == RECORD


def test_5_a_run_whose_process_is_killed_is_closed_and_run_once_more(
    desk: Desk,
    ui: DagsterUi,
    ministry: Ministry,
    webhook: Webhook,
    record_property: Callable[[str, object], None],
) -> None:
    """The run builds models just then; dbt, a process of its own, may be left holding the warehouse."""
    ministry.publishes(WEEKLY, edition(24, REVISED))
    run = ui.launch("jp_mof")
    os.kill(building(desk, ui, run), signal.SIGKILL)
    killed = time.monotonic()
    assert bought(desk) == RECORD
    until("the revised figure in the serving copy", lambda: bought(desk) == REVISED)
    served = time.monotonic()
    record_property("said", f"a run's process was killed: mended in {served - killed:.0f} s")
    (again,) = until("the run is run once more", lambda: tries_after(ui, run))
    # In whole: what a finished step had refused must turn the second try red, too.
    assert "dagster/is_resume_retry" not in again["tags"]
    assert end(ui, again["runId"])["status"] == "SUCCESS"
    until("the alert of a large revision", lambda: any("Large revision" in t for t in titles(webhook)))


def test_6_each_alert_came_once_on_each_channel_with_a_link_to_what_is_there(
    ui: DagsterUi, webhook: Webhook, mailbox: Controller
) -> None:
    # Each of the tests above has waited for a look that had something new to tell.
    assert ui.ticks("alerts") >= 5
    until("as many mails as posts", lambda: len(mailbox.handler.mails) == len(webhook.posted))
    posts = Counter(post["text"] for post in webhook.posted)
    assert set(posts.values()) == {1}
    subjects = Counter(" ".join(mail["Subject"].split()) for _, mail in mailbox.handler.mails)
    assert subjects == Counter(f"Tidemark: {text.split('*')[1]}" for text in posts)
    for text in posts:
        is_run = text.startswith("*A run of jp_mof failed*")
        assert is_run or text.startswith("*Made-up sample: ")
        (link,) = re.findall(r"<(http\S+)>", text)
        assert requests.get(link, timeout=60).status_code == 200
        path = link.removeprefix(ui.address).strip("/").split("/")
        assert ui.knows_run(path[1]) if is_run else ui.knows_asset(*path[1:]), link


def test_7_after_everything_was_killed_the_queue_goes_on_by_itself(
    desk: Desk, ui: DagsterUi, ministry: Ministry, record_property: Callable[[str, object], None]
) -> None:
    """What a killed process leaves is there too: a lock, half a serving copy and its write-ahead log."""
    ministry.publishes(WEEKLY, edition(25, REVISED_AGAIN))
    run, queued = ui.launch("jp_mof"), ui.launch("jp_mof")
    building(desk, ui, run)
    os.killpg(ui.process.pid, signal.SIGKILL)
    ui.process.wait()
    (desk.data / "dagster" / "opening.lock").write_text("left behind")
    for left in (f".{FILE}.tmp", f".{FILE}.tmp.wal"):
        (desk.data / "serving" / left).write_bytes(b"half a file")
    assert bought(desk) == REVISED
    began = time.monotonic()
    with dagster_ui(desk) as again:
        answered = time.monotonic()
        until("the newest figure in the serving copy", lambda: bought(desk) == REVISED_AGAIN)
        served = time.monotonic()
        assert end(again, queued)["status"] == "SUCCESS"
        until("the killed run is in the queue once more", lambda: tries_after(again, run))
    record_property(
        "said",
        f"everything was killed: the UI was back in {answered - began:.0f} s, the newest figure was served "
        f"{served - began:.0f} s after its start",
    )


def test_8_one_setting_turns_all_schedules_on_but_what_a_person_turned_off(desk: Desk) -> None:
    """Apart from the others: in a rehearsal all would look every minute and fill the queue."""
    with dagster_ui(desk, TIDEMARK_SCHEDULES="true") as scheduled:
        statuses = scheduled.schedules()
    assert statuses.pop("jp_mof") == "STOPPED"
    assert set(statuses.values()) == {"RUNNING"}

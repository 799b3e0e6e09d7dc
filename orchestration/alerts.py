"""Alerts: what a person should hear of without looking, each at most once.

What there is to tell is read from the serving copy and the clock; failed runs are Dagster's to tell
(`defs/operations.py`). How it is sent is here too. Nothing here decides when to look.
"""

import json
import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import duckdb
import requests

from orchestration.arrivals import arrival_in_words, awaited_release
from orchestration.errors import AlertError
from orchestration.evidence import number
from orchestration.records import Dataset
from orchestration.releases import Arrival, arrival
from orchestration.settings import Settings

LEDGER = "alerts.sqlite"
# What became known longer ago is history: a new installation does not tell it all over again.
RECENT = timedelta(days=7)
TIMEOUT_S = 20
SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

REFUSED = """
select dataset, snapshot, reason from core.snapshots
where status = 'refused' and retrieved_at >= $since order by all
"""

# Of each file that revised figures by so much, how many, and the one that changed the most for its size.
LARGE_PCT = 10
REVISED = f"""
with large as (
    select *,
        count(*) over (partition by dataset, revised_at) as revisions,
        row_number() over (
            partition by dataset, revised_at order by abs(change_pct) desc, series, measure, period_end
        ) as place
    from quality.revisions
    where revised_at >= $since and not is_method_change and abs(change_pct) >= {LARGE_PCT}
)
select dataset, revised_at, revisions, series, measure, unit, period_end, figure_before, figure_after
from large where place = 1 order by all
"""

# A first few periods are records of nothing.
RECORD_OF = 60
RECORDS = f"""
select dataset, basis, direction, asset_class, period_start, period_end, net_m, currency, periods_to_date
from flows.flow_signals
where was_record and known_at >= $since and periods_to_date >= {RECORD_OF}
    and investor_sector = 'all' and counterpart = 'W1'
order by all
"""


@dataclass(frozen=True)
class Alert:
    """One event. The same event has the same `id`, whenever it is looked at."""

    id: str
    title: str
    text: str
    link: str


def found(
    connection: duckdb.DuckDBPyConnection, datasets: dict[str, Dataset], now: datetime, ui: str
) -> list[Alert]:
    """What the serving copy has to tell now: late datasets, refused files, large revisions, records."""
    since = {"since": (now - RECENT).replace(tzinfo=None)}
    held = dict(connection.execute("select dataset, newest_period_end from quality.arrivals").fetchall())
    return [
        *_late(datasets, held, now, ui),
        *_refused(datasets, connection.execute(REFUSED, since).fetchall(), ui),
        *_revised(datasets, connection.execute(REVISED, since).fetchall(), ui),
        *_records(datasets, connection.execute(RECORDS, since).fetchall(), ui),
    ]


def _late(
    datasets: dict[str, Dataset], held: dict[str, date | None], now: datetime, ui: str
) -> Iterator[Alert]:
    for dataset in datasets.values():
        newest = held.get(dataset.id)
        release = awaited_release(dataset, newest)
        if arrival(release, now, newest) is Arrival.LATE:
            yield Alert(
                f"late:{dataset.id}:{release.period_end}",
                f"Late: {dataset.title}",
                arrival_in_words(dataset, release, Arrival.LATE),
                page(ui, dataset),
            )


def _refused(datasets: dict[str, Dataset], rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, snapshot, reason in rows:
        yield Alert(
            f"refused:{dataset}:{snapshot}",
            f"Not loaded, as its structure is another: {datasets[dataset].title}",
            reason,
            page(ui, datasets[dataset]),
        )


def _revised(datasets: dict[str, Dataset], rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, revised_at, revisions, series, measure, unit, period_end, before, after in rows:
        yield Alert(
            f"revised:{dataset}:{revised_at.isoformat()}",
            f"Large revision: {datasets[dataset].title}",
            f"{revisions:,} revised by {LARGE_PCT} % or more on {revised_at:%Y-%m-%d}. The largest: "
            f"{series}, {measure}, {period_end}: {number(before)} became {number(after)} ({unit}). "
            "All are in quality.revisions.",
            page(ui, datasets[dataset]),
        )


def _records(datasets: dict[str, Dataset], rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, basis, direction, asset_class, start, end, net_m, currency, periods in rows:
        yield Alert(
            f"record:{basis}:{direction}:{asset_class}:{end}",
            f"A record: {direction}, {asset_class.replace('_', ' ')}, {start} to {end}",
            f"Net {number(net_m)} million {currency} ({basis}): the largest of {periods:,} periods, as known "
            "now. Of this aggregate and this basis only; flows.flow_signals has the others.",
            page(ui, datasets[dataset]),
        )


def page(ui: str, dataset: Dataset) -> str:
    """A dataset's page in the Dagster UI."""
    return f"{ui}/assets/raw/{dataset.table}"


def send(alerts: list[Alert], settings: Settings, tell: Callable[[str], None]) -> int:
    """Send what was not sent yet to each channel that the settings name; how many were sent.

    An alert is noted before it goes out, so that two who look at the same moment do not both send it; what
    could not be sent is taken back, and goes out the next time.
    """
    channels: list[tuple[str, Callable[[Alert], None]]] = []
    if settings.alert_webhook:
        channels.append(("webhook", lambda alert: to_webhook(alert, str(settings.alert_webhook))))
    if settings.alert_email:
        channels.append(("e-mail", lambda alert: to_email(alert, settings)))
    sent = 0
    with closing(_ledger(settings)) as ledger:
        for alert in alerts:
            for channel, deliver in channels:
                if not _claim(ledger, alert.id, channel, settings.now()):
                    continue
                try:
                    deliver(alert)
                except AlertError as error:
                    _give_back(ledger, alert.id, channel)
                    tell(f"{error} It is tried again at the next look: {alert.title}")
                    continue
                sent += 1
                tell(f"sent by {channel}: {alert.title}")
    return sent


def to_webhook(alert: Alert, address: str) -> None:
    """Post an alert as Slack and what is compatible with it take it.

    Raises:
        AlertError: it was not taken.
    """
    title, text = (part.translate(SLACK_ESCAPES) for part in (alert.title, alert.text))
    payload = json.dumps({"text": f"*{title}*\n{text}\n<{alert.link}>"})
    try:
        reply = requests.post(
            address, data=payload, headers={"Content-Type": "application/json"}, timeout=TIMEOUT_S
        )
    except requests.RequestException as error:
        # Without the error's own words: they have the address, which is a secret.
        kind = type(error).__name__
        raise AlertError(f"The webhook (TIDEMARK_ALERT_WEBHOOK) cannot be reached: {kind}.") from None
    if not reply.ok:
        raise AlertError(
            f"The webhook (TIDEMARK_ALERT_WEBHOOK) answered {reply.status_code}: {reply.text[:200]}."
        )


def to_email(alert: Alert, settings: Settings) -> None:
    """Mail an alert by the SMTP server of the settings.

    Raises:
        AlertError: it was not taken.
    """
    message = EmailMessage()
    message["Subject"] = f"Tidemark: {alert.title}"
    message["From"] = settings.alert_sender
    message["To"] = settings.alert_email
    message.set_content(f"{alert.text}\n\n{alert.link}\n")
    server = urlsplit(settings.smtp)
    secure = server.scheme == "smtps"
    try:
        with (smtplib.SMTP_SSL if secure else smtplib.SMTP)(
            server.hostname or "localhost", server.port or (465 if secure else 25), timeout=TIMEOUT_S
        ) as smtp:
            smtp.ehlo()
            if not secure and smtp.has_extn("starttls"):
                smtp.starttls()
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"The mail server (TIDEMARK_SMTP) did not take the message: {error}.") from error


def _ledger(settings: Settings) -> sqlite3.Connection:
    settings.data.resolve().mkdir(parents=True, exist_ok=True)
    ledger = sqlite3.connect(settings.data.resolve() / LEDGER, timeout=30, isolation_level=None)
    ledger.execute(
        "create table if not exists sent (id text, channel text, sent_at text, primary key (id, channel))"
    )
    return ledger


def _claim(ledger: sqlite3.Connection, alert: str, channel: str, now: datetime) -> bool:
    done = ledger.execute("insert or ignore into sent values (?, ?, ?)", (alert, channel, now.isoformat()))
    return done.rowcount == 1


def _give_back(ledger: sqlite3.Connection, alert: str, channel: str) -> None:
    ledger.execute("delete from sent where id = ? and channel = ?", (alert, channel))

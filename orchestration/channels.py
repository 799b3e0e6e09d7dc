"""How alerts are sent: to a webhook and by mail, each alert at most once to each.

What there is to tell is decided in `alerts`; when to look, in `defs/operations.py`.
"""

import smtplib
import sqlite3
import ssl
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from orchestration.alerts import Alert
from orchestration.errors import AlertError
from orchestration.settings import Settings

LEDGER = "alerts.sqlite"
TIMEOUT_S = 20
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def send(alerts: Iterable[Alert], settings: Settings, tell: Callable[[str], None]) -> int:
    """Send what was not sent yet to each channel that the settings name; how many were sent.

    An alert is noted before it goes out, so that two who look at the same moment do not both send it; what
    could not be sent is taken back, and goes out the next time.
    """
    channels: list[tuple[str, Callable[[Alert], None]]] = []
    if settings.alert_webhook:
        webhook = str(settings.alert_webhook.get_secret_value())
        channels.append(("webhook", lambda alert: to_webhook(alert, webhook)))
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
                except BaseException:  # what nobody thought of, or somebody ends the process
                    _give_back(ledger, alert.id, channel)
                    raise
                sent += 1
                tell(f"sent by {channel}: {alert.title}")
    return sent


def to_webhook(alert: Alert, address: str) -> None:
    """Post an alert as Slack and what is compatible with it take it.

    Raises:
        AlertError: it was not taken.
    """
    title, text = (part.translate(SLACK_ESCAPES) for part in (alert.title, alert.text))
    message = {"text": f"*{title}*\n{text}\n<{alert.link}>"}
    try:
        reply = requests.post(address, json=message, timeout=TIMEOUT_S)
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
    server = urlsplit(settings.smtp.get_secret_value())
    try:
        with _connected(server) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except ssl.SSLError as error:
        raise AlertError(
            f"The mail server (TIDEMARK_SMTP) has no TLS that can be trusted: {error}. Name it as its "
            "certificate does; for an authority of your own, set SSL_CERT_FILE."
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"The mail server (TIDEMARK_SMTP) did not take the message: {error}.") from error


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A connection to a mail server, under TLS where it has it, and in any case where somebody logs in.

    What goes without a login to a server of this machine crosses no network, and needs none: such servers
    have certificates that nobody signed.

    Raises:
        AlertError: it wants a login and has no TLS.
        OSError: it cannot be reached, or its certificate is not trusted.
    """
    host, verified = server.hostname or "localhost", ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=TIMEOUT_S, context=verified)
    smtp = smtplib.SMTP(host, server.port or 25, timeout=TIMEOUT_S)
    try:
        smtp.ehlo()
        if smtp.has_extn("starttls") and (server.username or host not in LOOPBACK):
            smtp.starttls(context=verified)
        elif server.username:
            raise AlertError(
                "The mail server (TIDEMARK_SMTP) offers no TLS: expected STARTTLS or smtps://, as a password "
                "would cross the network for all to read. Nothing was sent."
            )
    except BaseException:
        smtp.close()
        raise
    return smtp


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

"""Alerts: what there is to tell, and that it reaches a webhook and a mailbox, each event once."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from orchestration.alerts import Alert, found
from orchestration.channels import send
from orchestration.records import load_datasets
from orchestration.settings import Settings
from tests.receivers import Webhook, mail_server

UI = "https://tidemark.example"
WEEKLY = load_datasets()["jp_mof/securities_weekly"]
ALERT = Alert("late:a", "Late: a & b", "Nothing since Monday.", f"{UI}/assets/raw/a")


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook().running() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Controller]:
    with mail_server() as server:
        yield server


def settings(data: Path, **more: object) -> Settings:
    return Settings(_env_file=None, data=data, **more)


def test_an_alert_reaches_both_channels_once(tmp_path, webhook, mailbox) -> None:
    to_both = settings(
        tmp_path,
        alert_webhook=webhook.address,
        alert_email="desk@tidemark.example, boss@tidemark.example",
        smtp=f"smtp://127.0.0.1:{mailbox.port}",
    )
    told: list[str] = []
    assert send([ALERT], to_both, told.append) == 2
    assert send([ALERT], to_both, told.append) == 0
    assert webhook.posted == [
        {"text": "*Late: a &amp; b*\nNothing since Monday.\n<https://tidemark.example/assets/raw/a>"}
    ]
    ((recipients, mail),) = mailbox.handler.mails
    assert recipients == ["desk@tidemark.example", "boss@tidemark.example"]
    assert mail["Subject"] == "Tidemark: Late: a & b"
    assert "Nothing since Monday." in mail.get_payload()
    assert ALERT.link in mail.get_payload()
    assert told == ["sent by webhook: Late: a & b", "sent by e-mail: Late: a & b"]


def test_what_could_not_be_sent_goes_out_the_next_time(tmp_path, webhook) -> None:
    there = settings(tmp_path, alert_webhook=webhook.address)
    told: list[str] = []
    webhook.status = 503
    assert send([ALERT], there, told.append) == 0
    assert "answered 503: no_service" in told[0]
    assert "TIDEMARK_ALERT_WEBHOOK" in told[0]
    webhook.status = 200
    assert send([ALERT], there, told.append) == 1
    assert len(webhook.posted) == 1


def test_one_channel_that_is_down_does_not_stop_the_other(tmp_path, webhook) -> None:
    one_down = settings(
        tmp_path,
        alert_webhook=webhook.address,
        alert_email="desk@tidemark.example",
        smtp="smtp://127.0.0.1:9",
    )
    told: list[str] = []
    assert send([ALERT], one_down, told.append) == 1
    assert "TIDEMARK_SMTP" in told[1]
    assert send([ALERT], one_down, told.append) == 0
    assert len(webhook.posted) == 1


def test_the_address_of_a_webhook_is_a_secret(tmp_path) -> None:
    told: list[str] = []
    assert send([ALERT], settings(tmp_path, alert_webhook="http://127.0.0.1:9/s3cret"), told.append) == 0
    assert "cannot be reached: ConnectionError" in told[0]
    assert "s3cret" not in told[0]


def test_an_alert_that_stumbles_over_something_unforeseen_goes_out_the_next_time(
    tmp_path, webhook, monkeypatch
) -> None:
    there = settings(tmp_path, alert_webhook=webhook.address)
    with monkeypatch.context() as broken:
        broken.setattr("orchestration.channels.to_webhook", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send([ALERT], there, print)
    assert send([ALERT], there, print) == 1


def test_settings_that_are_printed_keep_the_secrets_of_channels(tmp_path) -> None:
    private = settings(
        tmp_path, alert_webhook="https://hooks.example/s3cret", smtp="smtps://desk:s3cret@mail.example"
    )
    assert "s3cret" not in repr(private) + str(private) + str(private.model_dump())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate of 127.0.0.1 that only its own key signed, and that key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "mail.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + plain)
    return file


@contextmanager
def guarded_mail_server(scheme: str, certificate: Path) -> Iterator[Controller]:
    """A mail server with TLS, which knows the desk by its password."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    def check(*asked: object) -> AuthResult:
        return AuthResult(success=asked[-1] == LoginPassword(b"desk", b"s3cret"), handled=False)

    options = {
        "smtp": {"tls_context": tls, "require_starttls": True, "auth_required": True},
        # Of TLS from the first byte on aiosmtpd knows nothing.
        "smtps": {"ssl_context": tls, "auth_require_tls": False},
    }
    with mail_server(**options[scheme], authenticator=check) as server:
        yield server


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_gets_the_password_only_with_a_certificate_that_is_trusted(
    tmp_path, certificate, monkeypatch, scheme
) -> None:
    told: list[str] = []
    with guarded_mail_server(scheme, certificate) as server:
        to_desk = settings(
            tmp_path,
            alert_email="desk@tidemark.example",
            smtp=f"{scheme}://desk:s3cret@127.0.0.1:{server.port}",
        )
        assert send([ALERT], to_desk, told.append) == 0
        assert "TIDEMARK_SMTP" in told[0]
        assert "certificate verify failed" in told[0]
        assert "SSL_CERT_FILE" in told[0]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send([ALERT], to_desk, told.append) == 1
        assert len(server.handler.mails) == 1


def test_a_mail_server_without_tls_gets_no_password(tmp_path, mailbox) -> None:
    told: list[str] = []
    with_login = settings(
        tmp_path,
        alert_email="desk@tidemark.example",
        smtp=f"smtp://desk:s3cret@127.0.0.1:{mailbox.port}",
    )
    assert send([ALERT], with_login, told.append) == 0
    assert "offers no TLS" in told[0]
    assert "s3cret" not in told[0]
    assert mailbox.handler.mails == []


def test_a_mail_server_of_this_machine_needs_no_trusted_certificate_without_a_login(
    tmp_path, certificate
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    with mail_server(tls_context=tls) as server:
        plain = settings(
            tmp_path, alert_email="desk@tidemark.example", smtp=f"smtp://127.0.0.1:{server.port}"
        )
        assert send([ALERT], plain, print) == 1


def test_without_a_channel_nothing_is_sent_or_noted(tmp_path, webhook) -> None:
    assert send([ALERT], settings(tmp_path), print) == 0
    assert send([ALERT], settings(tmp_path, alert_webhook=webhook.address), print) == 1


@pytest.fixture
def serving() -> duckdb.DuckDBPyConnection:
    """What alerts read of a serving copy: a dataset that is held to 14 November, and a refused file."""
    connection = duckdb.connect()
    connection.execute(f"""
        create schema quality;
        create schema core;
        create table quality.arrivals as
            select '{WEEKLY.id}' as dataset, date '2026-11-14' as newest_period_end, '' as refused_because;
        create table core.snapshots as select *, 'live' as origin from (values
            ('{WEEKLY.id}', 's1', 'refused', 'expected a, found b', timestamp '2026-11-20 00:00:00'),
            ('{WEEKLY.id}', 's0', 'refused', 'long ago', timestamp '2026-10-20 00:00:00'),
            ('{WEEKLY.id}', 's2', 'accepted', '', timestamp '2026-11-21 00:00:00')
        ) as t(dataset, snapshot, status, reason, retrieved_at);
        create table quality.revisions as select *, series <> 'licensed' as is_redistributable from (values
            ('{WEEKLY.id}', timestamp '2026-11-21 00:00:00', false, 'inward / equity', 'net_m', 'million yen',
                date '2026-10-31', 100.0, 89.0, -11.0),
            ('{WEEKLY.id}', timestamp '2026-11-21 00:00:00', false, 'inward / debt', 'net_m', 'million yen',
                date '2026-10-31', 1000.0, 1500.0, 50.0),
            ('{WEEKLY.id}', timestamp '2026-11-21 00:00:00', false, 'inward / total', 'net_m', 'million yen',
                date '2026-10-31', 1000.0, 1099.0, 9.9),
            ('{WEEKLY.id}', timestamp '2026-11-21 00:00:00', true, 'inward / other', 'net_m', 'million yen',
                date '2026-10-31', 1.0, 9.0, 800.0),
            ('{WEEKLY.id}', timestamp '2026-11-21 00:00:00', false, 'licensed', 'reading', 'percent',
                date '2026-10-31', 1.0, 9.0, 800.0),
            ('{WEEKLY.id}', timestamp '2026-11-01 00:00:00', false, 'long ago', 'net_m', 'million yen',
                date '2026-09-30', 1.0, 9.0, 800.0)
        ) as t(dataset, revised_at, is_method_change, series, measure, unit, period_end, figure_before,
            figure_after, change_pct);
        create schema flows;
        create table both_flows as select * from (values
            ('equity', 'all', true, 61, timestamp '2026-11-21 00:00:00'),
            ('total', 'all', false, 61, timestamp '2026-11-21 00:00:00'),
            ('long_term_debt', 'all', true, 5, timestamp '2026-11-21 00:00:00'),
            ('short_term_debt', 'all', true, 61, timestamp '2026-11-01 00:00:00'),
            ('equity', 'public_sector', true, 61, timestamp '2026-11-21 00:00:00')
        ) as t(asset_class, investor_sector, was_record, periods_to_date, known_at),
        (select '{WEEKLY.id}' as dataset, 'jp_itn_weekly' as basis, 'inward' as direction,
            'W1' as counterpart, date '2026-11-08' as period_start, date '2026-11-14' as period_end,
            3941300.0 as net_m, 'JPY' as currency);
        -- A figure before them was revised: signals are new, though their own figures are not.
        create table flows.flow_signals as
            select * replace (timestamp '2026-11-21 00:00:00' as known_at) from both_flows;
        create table flows.portfolio_flows as select * exclude (was_record, periods_to_date) from both_flows;
    """)
    return connection


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (datetime(2026, 11, 28, 23, 49, tzinfo=UTC), []),  # within the grace
        (datetime(2026, 11, 28, 23, 50, tzinfo=UTC), [f"late:{WEEKLY.id}:{date(2026, 11, 21)}"]),
    ],
)
def test_a_dataset_is_told_once_it_is_late(serving, now, late) -> None:
    alerts = [a for a in found(serving, {WEEKLY.id: WEEKLY}, now, UI) if a.id.startswith("late")]
    assert [a.id for a in alerts] == late
    for alert in alerts:
        assert "it was due on 2026-11-27 08:50 Asia/Tokyo (2026-11-26 23:50 UTC)" in alert.text
        assert WEEKLY.page in alert.text
        assert alert.link == f"{UI}/assets/raw/jp_mof__securities_weekly"


def told_now(serving: duckdb.DuckDBPyConnection, kind: str) -> list[Alert]:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return [a for a in found(serving, {WEEKLY.id: WEEKLY}, now, UI) if a.id.startswith(kind)]


def test_a_refused_file_is_told_with_its_reason_and_old_ones_are_not(serving) -> None:
    (alert,) = told_now(serving, "refused")
    assert alert.id == f"refused:{WEEKLY.id}:s1"
    assert alert.text == "expected a, found b"
    assert WEEKLY.title in alert.title


def test_a_dataset_that_the_records_no_longer_have_is_told_by_its_id(serving) -> None:
    alerts = found(serving, {}, datetime(2026, 11, 22, tzinfo=UTC), UI)
    assert f"Large revision: {WEEKLY.id}" in [a.title for a in alerts]
    assert all(a.link == f"{UI}/assets/raw/jp_mof__securities_weekly" for a in alerts)


def test_alerts_of_made_up_figures_say_so(serving) -> None:
    serving.execute("update core.snapshots set origin = 'sample'")
    assert {a.title.partition(": ")[0] for a in told_now(serving, "")} == {"Made-up sample"}


def test_large_revisions_of_one_file_are_one_alert_with_the_largest(serving) -> None:
    """Not one below the threshold, one by another method, a licensed one, or one of long ago."""
    (alert,) = told_now(serving, "revised")
    assert alert.id == f"revised:{WEEKLY.id}:2026-11-21T00:00:00"
    assert alert.text.startswith("Revised by 10 % or more on 2026-11-21: 2. The largest: inward / debt")
    assert "1,000 became 1,500 (million yen)" in alert.text


def test_a_new_record_is_told_with_its_aggregate_and_what_it_is_a_record_of(serving) -> None:
    """No record of a few periods, of a sector, or one whose own figure has been known for long."""
    (alert,) = told_now(serving, "record")
    assert alert.id == "record:jp_itn_weekly:inward:equity:2026-11-14"
    assert alert.title == "A record: inward, equity, 2026-11-08 to 2026-11-14"
    assert "Net 3,941,300 million JPY (jp_itn_weekly): the largest of 61 periods" in alert.text

"""Tests stay on this machine and are nobody's own."""

import os
import socket

import pytest
import requests
from pytest_socket import SocketConnectBlockedError

from orchestration.settings import Settings
from tests.publisher_server import PublisherServer


@pytest.mark.parametrize("host", ["www.ecb.europa.eu", "192.0.2.1", "2001:db8::1"])
def test_another_machine_cannot_be_asked(host: str) -> None:
    with pytest.raises(SocketConnectBlockedError, match=f"asked for '{host}'.*`publisher` fixture"):
        socket.create_connection((host, 443), timeout=1)


def test_a_bare_socket_is_blocked_too() -> None:
    with socket.socket() as plain, pytest.raises(SocketConnectBlockedError, match=r"192\.0\.2\.1"):
        plain.connect(("192.0.2.1", 443))


def test_the_block_is_told_as_such_through_requests() -> None:
    with pytest.raises(SocketConnectBlockedError):
        requests.get("https://www.ecb.europa.eu/", timeout=1)


def test_loopback_is_open(publisher: PublisherServer) -> None:
    publisher.answers("https://www.ecb.europa.eu/rates", b"1.08")
    assert requests.get(f"{publisher.address}/www.ecb.europa.eu/rates", timeout=5).content == b"1.08"
    with socket.create_connection(("localhost", int(publisher.address.rsplit(":")[-1])), timeout=5):
        pass


def test_a_proxy_of_the_developer_is_no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    with pytest.raises(SocketConnectBlockedError, match=r"proxy\.example"):
        requests.get("https://www.ecb.europa.eu/", timeout=1)


def test_a_developers_settings_are_not_read() -> None:
    assert [name for name in os.environ if name.startswith("TIDEMARK_")] == []
    assert Settings.model_config["env_file"] is None

"""Asking a socket whether something has come."""

import select
import socket

import pytest

from fujita.simple_httpclient.probe import probe_of


@pytest.mark.parametrize("has_poll", [True, False])
def test_data_and_the_end_are_noticed(has_poll: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_poll:
        monkeypatch.delattr(select, "poll", raising=False)
    first, second = socket.socketpair()
    with first, second:
        probe = probe_of(first)
        assert probe is not None
        assert not probe()
        second.send(b"x")
        assert probe()
        first.recv(1)
        assert not probe()
        second.close()
        assert probe()


def test_there_may_be_no_socket() -> None:
    assert probe_of(None) is None
    sock = socket.socket()
    sock.close()
    assert probe_of(sock) is None

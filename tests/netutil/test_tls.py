import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

import fujita
from fujita.netutil import (
    _client_ssl_defaults,
    _server_ssl_defaults,
    ssl_options_to_context,
    ssl_wrap_socket,
)

FOLDER = Path(fujita.__file__).parent / "testing"
CERTIFICATE = str(FOLDER / "localhost.crt")
KEY = str(FOLDER / "localhost.key")
OURS = {"certfile": CERTIFICATE, "keyfile": KEY}


def test_a_context_is_returned_as_it_is() -> None:
    context = ssl.create_default_context()
    assert ssl_options_to_context(context) is context


@pytest.mark.parametrize(
    ("server_side", "protocol"), [(True, ssl.PROTOCOL_TLS_SERVER), (False, ssl.PROTOCOL_TLS_CLIENT)]
)
def test_each_side_has_its_protocol(server_side: bool, protocol: int) -> None:
    context = ssl_options_to_context({}, server_side=server_side)
    assert context.protocol == protocol
    assert context.options & ssl.OP_NO_COMPRESSION


def test_without_a_side_the_context_serves_both() -> None:
    with pytest.warns(DeprecationWarning, match="PROTOCOL_TLS"):
        assert ssl_options_to_context({}).protocol == ssl.PROTOCOL_TLS


def test_a_client_verifies_unless_told_otherwise() -> None:
    context = ssl_options_to_context({}, server_side=False)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context = ssl_options_to_context({"cert_reqs": ssl.CERT_NONE}, server_side=False)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_options_reach_the_context() -> None:
    options: dict[str, Any] = {
        **OURS,
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": CERTIFICATE,
        "ciphers": "ECDHE-RSA-AES128-GCM-SHA256",
    }
    context = ssl_options_to_context(options, server_side=True)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1
    assert "ECDHE-RSA-AES128-GCM-SHA256" in [cipher["name"] for cipher in context.get_ciphers()]


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(ValueError, match=r"unknown ssl_options: cert_file; expected .*certfile"):
        ssl_options_to_context({"cert_file": CERTIFICATE}, server_side=True)


def test_options_of_another_type_are_refused() -> None:
    wrong: Any = CERTIFICATE
    with pytest.raises(TypeError, match=r"dict or an ssl\.SSLContext"):
        ssl_options_to_context(wrong, server_side=True)


@pytest.mark.parametrize(
    "options",
    [
        {"certfile": "/nowhere/at.all"},
        {"certfile": CERTIFICATE, "keyfile": "/nowhere/at.all"},
        {"ca_certs": "/nowhere/at.all"},
    ],
)
def test_a_file_that_is_not_there_is_named(options: dict[str, str]) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        ssl_options_to_context(options, server_side=True)
    assert caught.value.filename == "/nowhere/at.all"


def test_a_file_with_other_contents_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no certificate")
    with pytest.raises(ssl.SSLError, match=r"cannot use certificate .*notes\.txt"):
        ssl_options_to_context({"certfile": str(file)}, server_side=True)
    with pytest.raises(ssl.SSLError, match=r"certificate authorities .*notes\.txt"):
        ssl_options_to_context({"ca_certs": str(file)}, server_side=True)


def test_the_defaults_are_made_once() -> None:
    assert _client_ssl_defaults() is _client_ssl_defaults()
    assert _server_ssl_defaults() is _server_ssl_defaults()
    assert _client_ssl_defaults().verify_mode == ssl.CERT_REQUIRED
    assert _client_ssl_defaults().options & ssl.OP_NO_COMPRESSION
    assert _server_ssl_defaults().verify_mode == ssl.CERT_NONE
    assert _server_ssl_defaults().options & ssl.OP_NO_COMPRESSION


def test_wrapped_sockets_speak_tls() -> None:
    near, far = socket.socketpair()

    def serve() -> None:
        with ssl_wrap_socket(far, OURS, server_side=True) as server:
            server.sendall(b"hello")

    thread = threading.Thread(target=serve)
    thread.start()
    client = ssl_wrap_socket(
        near, {"ca_certs": CERTIFICATE}, server_hostname="localhost", server_side=False
    )
    with client:
        assert client.recv(5) == b"hello"
        assert client.server_hostname == "localhost"
    thread.join()

"""TLS: which options make which context, and which connections."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from fujita.httpclient import HTTPRequest, _RequestProxy
from fujita.simple_httpclient.options import OptionsReader
from fujita.simple_httpclient.tls import VERIFY, TLSChoice, choose_tls, make_context
from tests.simple_httpclient.servers import CERTIFICATE, KEY


def choice(**arguments: Any) -> TLSChoice:
    proxy = _RequestProxy(HTTPRequest("https://h/", **arguments), HTTPRequest._DEFAULTS)
    return choose_tls(OptionsReader().read(proxy)[1])  # type: ignore[arg-type]


def test_certificates_are_verified_unless_told_not_to() -> None:
    assert choice() == VERIFY
    context = make_context(choice())
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert make_context(choice()) is context
    lax = make_context(choice(validate_cert=False))
    assert lax.verify_mode == ssl.CERT_NONE
    assert not lax.check_hostname


def test_authorities_replace_the_systems() -> None:
    context = make_context(choice(ca_certs=CERTIFICATE))
    assert len(context.get_ca_certs()) <= 1
    assert context.verify_mode == ssl.CERT_REQUIRED
    with pytest.raises(OSError, match="No such file"):
        make_context(choice(ca_certs="/nonexistent"))


def test_a_client_certificate_is_loaded(tmp_path: Path) -> None:
    make_context(choice(client_cert=CERTIFICATE, client_key=KEY))
    both = tmp_path / "both.pem"
    both.write_bytes(Path(CERTIFICATE).read_bytes() + Path(KEY).read_bytes())
    make_context(choice(client_cert=str(both)))
    with pytest.raises(ssl.SSLError):
        make_context(choice(client_cert=CERTIFICATE, client_key=CERTIFICATE))


def test_a_context_of_the_programs_own() -> None:
    context = ssl.create_default_context()
    assert choice(ssl_options=context, validate_cert=False) is context
    assert make_context(context) is context


def test_a_dictionary() -> None:
    options = {"cert_reqs": ssl.CERT_NONE, "certfile": CERTIFICATE, "keyfile": KEY}
    assert make_context(choice(ssl_options=options)).verify_mode == ssl.CERT_NONE
    with pytest.raises(ValueError, match="unknown ssl_options"):
        make_context(choice(ssl_options={"peak": 1}))


def test_equal_choices_are_equal() -> None:
    different = [
        choice(),
        choice(validate_cert=False),
        choice(ca_certs="a"),
        choice(client_cert="a"),
        choice(client_cert="a", client_key="b"),
        choice(ssl_options={"certfile": "a"}),
        choice(ssl_options={"certfile": "b"}),
        choice(ssl_options=ssl.create_default_context()),
        choice(ssl_options=ssl.create_default_context()),
    ]
    assert len(set(different)) == len(different)
    assert choice(ssl_options={"certfile": "a", "ciphers": "b"}) == choice(
        ssl_options={"ciphers": "b", "certfile": "a"}
    )

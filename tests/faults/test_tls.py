"""TLS that is wrong, expired or downgraded, seen from the client and from the server."""

import shutil
import socket
import ssl
import warnings
from pathlib import Path
from typing import Any

import pytest

from fujita.httpclient import AsyncHTTPClient
from fujita.netutil import Resolver
from fujita.web import Application, RequestHandler
from tests.faults.certificates import make, server_context
from tests.sites import PATIENCE, Serve, Site

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

Files = tuple[Path, Path]


class Hello(RequestHandler):
    def get(self) -> None:
        self.write("hello")


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make(tmp_path_factory.mktemp("valid"), "localhost", 100)


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make(tmp_path_factory.mktemp("expired"), "localhost", -1)


class Here(Resolver):
    """Finds every name on this machine."""

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        return [(socket.AF_INET, ("127.0.0.1", port))]


def fetch(site: Site, files: Files, host: str = "localhost", scheme: str = "https") -> bytes:
    """Fetches from a site, with its certificate among those that are trusted."""

    async def main() -> bytes:
        client = AsyncHTTPClient(force_instance=True, resolver=Here())
        try:
            url = f"{scheme}://{host}:{site.port}/"
            return (await client.fetch(url, ca_certs=str(files[0]))).body
        finally:
            client.close()

    return site.run(main)


def serve_with(serve: Serve, context: ssl.SSLContext) -> Site:
    return serve(Application([("/", Hello)]), ssl_options=context)


def test_as_it_should_be(serve: Serve, valid: Files) -> None:
    assert fetch(serve_with(serve, server_context(valid)), valid) == b"hello"


def test_an_expired_certificate(serve: Serve, expired: Files) -> None:
    site = serve_with(serve, server_context(expired))
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        fetch(site, expired)


def test_a_certificate_for_another_name(serve: Serve, valid: Files) -> None:
    site = serve_with(serve, server_context(valid))
    with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for 'fuji\.example'"):
        fetch(site, valid, host="fuji.example")


def test_a_certificate_that_nobody_vouches_for(serve: Serve, valid: Files, expired: Files) -> None:
    site = serve_with(serve, server_context(valid))
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
        fetch(site, expired)


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Makes a context speak TLS 1.1 at most, which RFC 8996 forbids."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_a_client_is_not_talked_down_to_old_versions(serve: Serve, valid: Files) -> None:
    site = serve_with(serve, old(server_context(valid)))
    # This server hangs up; others explain by an alert, which is an ssl.SSLError.
    with pytest.raises(ConnectionResetError, match=r"localhost:\d+ closed .* the TLS handshake"):
        fetch(site, valid)


def test_a_server_is_not_talked_down_to_old_versions(
    serve: Serve, valid: Files, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(
        Application([("/", Hello)]),
        ssl_options={"certfile": str(valid[0]), "keyfile": str(valid[1])},
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(str(valid[0]))
    with (
        site.connect() as connection,
        pytest.raises(ssl.SSLError, match=r"(?i)version|protocol"),
    ):
        old(context).wrap_socket(connection, server_hostname="localhost")
    assert fetch(site, valid) == b"hello"
    assert [message for message in caplog.messages if message.startswith("SSL Error on ")]


def test_http_where_tls_is_spoken(
    serve: Serve, valid: Files, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve_with(serve, server_context(valid))
    with site.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not connection.recv(65536).startswith(b"HTTP/")
    assert fetch(site, valid) == b"hello"
    assert any("SSL Error on " in message for message in caplog.messages)


def test_tls_where_http_is_spoken(serve: Serve, valid: Files) -> None:
    site = serve(Application([("/", Hello)]))
    with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version.number|record layer"):
        fetch(site, valid)
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE):
        assert site.get("/").text == "hello"

import asyncio
import re
from hashlib import md5
from typing import Any

import pycurl
import pytest

from fujita.curl_httpclient import CurlError
from fujita.httpclient import HTTPResponse
from tests.curl_httpclient.clients import curl_client
from tests.simple_httpclient.servers import OK, Connection, Server, serve


async def fetch(server: Server, **arguments: Any) -> HTTPResponse:
    with curl_client() as client:
        return await client.fetch(server.url(), **arguments)


def sent(**arguments: Any) -> bytes:
    """Gives the bytes of a request."""

    async def main() -> bytes:
        async with serve() as server:
            await fetch(server, **arguments)
            return server.requests[0]

    return asyncio.run(main())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_bodies(method: str) -> None:
    request = sent(method=method, body="ä")
    assert request.startswith(method.encode() + b" / HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 2\r\n" in request
    assert b"Expect" not in request
    assert request.endswith(b"\r\n\r\n\xc3\xa4")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_empty_bodies_are_announced(method: str) -> None:
    assert b"\r\nContent-Length: 0\r\n" in sent(method=method, body=b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_no_body(method: str) -> None:
    request = sent(method=method)
    assert request.startswith(method.encode() + b" / HTTP/1.1\r\n")
    assert b"Content-Length" not in request


def test_nonstandard_methods() -> None:
    assert sent(method="BREW", allow_nonstandard_methods=True).startswith(b"BREW / ")
    request = sent(method="DELETE", body=b"x", allow_nonstandard_methods=True)
    assert request.startswith(b"DELETE / ")
    assert request.endswith(b"\r\n\r\nx")


def test_fields() -> None:
    headers: Any = {"A": "\xe4", "B": b"bytes", "C": ""}
    request = sent(headers=headers, user_agent="me", decompress_response=False)
    assert b"\r\nA: \xe4\r\n" in request
    assert b"\r\nB: bytes\r\n" in request
    assert b"\r\nC:\r\n" in request
    assert b"\r\nUser-Agent: me\r\n" in request
    assert b"Accept-Encoding" not in request


def test_defaults_of_fields() -> None:
    request = sent()
    assert b"\r\nUser-Agent: Mozilla/5.0 (compatible; pycurl)\r\n" in request
    assert b"\r\nAccept-Encoding: gzip,deflate\r\n" in request


def test_basic_authentication() -> None:
    request = sent(auth_username="foo", auth_password="bar")
    assert b"\r\nAuthorization: Basic Zm9vOmJhcg==\r\n" in request


def test_digest_authentication() -> None:
    async def main() -> None:
        async def answer(connection: Connection, request: bytes) -> bytes:
            if b"\r\nAuthorization:" in request:
                return OK
            challenge = b'Digest realm="r", nonce="n"'
            return (
                b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n"
                b"WWW-Authenticate: " + challenge + b"\r\n\r\n"
            )

        async with serve(answer) as server:
            response = await fetch(
                server, auth_username="foo", auth_password="bär", auth_mode="digest"
            )
            assert response.body == b"ok"
            first, second = server.requests
            assert b"bar" not in first
            # RFC 2617 section 3.2.2.1, without "qop".
            ha1 = md5("foo:r:bär".encode()).hexdigest()
            ha2 = md5(b"GET:/").hexdigest()
            expected = md5(f"{ha1}:n:{ha2}".encode()).hexdigest()
            assert re.findall(rb'response="(\w+)"', second) == [expected.encode()]

    asyncio.run(main())


def test_proxy() -> None:
    async def main() -> None:
        async with serve() as proxy:
            with curl_client(max_clients=1) as client:
                for credentials in ({"proxy_username": "foo", "proxy_password": "bar"}, {}):
                    arguments: dict[str, Any] = {"proxy_port": proxy.port, **credentials}
                    await client.fetch("http://a.test/b", proxy_host="127.0.0.1", **arguments)
            first, second = proxy.requests
            assert first.startswith(b"GET http://a.test/b HTTP/1.1\r\n")
            assert b"\r\nProxy-Authorization: Basic Zm9vOmJhcg==\r\n" in first
            assert b"Proxy-Authorization" not in second

    asyncio.run(main())


def test_a_proxy_without_port_is_none() -> None:
    assert sent(proxy_host="127.0.0.2").startswith(b"GET / HTTP/1.1\r\n")


def test_network_interface() -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                await client.fetch(server.url(), network_interface="127.0.0.7")
            (connection,) = server.connections
            assert connection.writer.get_extra_info("peername")[0] == "127.0.0.7"

    asyncio.run(main())


def test_other_schemes_are_refused() -> None:
    async def main() -> None:
        with curl_client() as client, pytest.raises(CurlError) as caught:
            await client.fetch("file:///etc/passwd")
        assert caught.value.errno == pycurl.E_UNSUPPORTED_PROTOCOL

    asyncio.run(main())


def test_prepare_curl_callback_comes_last() -> None:
    def prepare(curl: Any) -> None:
        curl.setopt(pycurl.USERAGENT, "prepared")

    request = sent(user_agent="me", prepare_curl_callback=prepare)
    assert b"\r\nUser-Agent: prepared\r\n" in request


def test_nothing_of_a_prepared_handle_is_left_for_the_next_request() -> None:
    def keep_cookies(curl: Any) -> None:
        curl.setopt(pycurl.COOKIEFILE, "")

    async def main() -> None:
        answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        async with serve(answer) as server:
            with curl_client(max_clients=1) as client:
                for _ in range(2):
                    await client.fetch(server.url(), prepare_curl_callback=keep_cookies)
            assert len(server.connections) == 1
            assert b"Cookie" not in server.requests[1]

    asyncio.run(main())

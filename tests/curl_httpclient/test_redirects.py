import asyncio
from typing import Any

import pycurl
import pytest

from fujita.curl_httpclient import CurlError
from tests.curl_httpclient.clients import curl_client
from tests.simple_httpclient.servers import OK, Answer, Connection, serve


def redirecting(code: int, location: str) -> Answer:
    async def answer(connection: Connection, request: bytes) -> bytes:
        if request.split(b" ")[1] != b"/":
            return OK
        return f"HTTP/1.1 {code} R\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()

    return answer


SECRETS: list[dict[str, Any]] = [
    {"auth_username": "me", "auth_password": "secret"},
    {"headers": {"Authorization": "secret", "Cookie": "secret"}},
]


@pytest.mark.parametrize("arguments", SECRETS)
def test_another_origin_hears_no_secrets(arguments: dict[str, Any]) -> None:
    async def main() -> None:
        async with serve() as other:
            async with serve(redirecting(302, other.url("/new"))) as server:
                with curl_client() as client:
                    response = await client.fetch(server.url(), **arguments)
            assert response.effective_url == other.url("/new")
            assert b"\r\nAuthorization: " in server.requests[0]
            assert b"Authorization" not in other.requests[0]
            assert b"Cookie" not in other.requests[0]

    asyncio.run(main())


@pytest.mark.parametrize("arguments", SECRETS)
def test_the_same_origin_hears_them_again(arguments: dict[str, Any]) -> None:
    async def main() -> None:
        async with serve(redirecting(302, "/new")) as server:
            with curl_client() as client:
                await client.fetch(server.url(), **arguments)
            assert b"\r\nAuthorization: " in server.requests[1]

    asyncio.run(main())


@pytest.mark.parametrize("arguments", SECRETS)
def test_the_next_request_does_not_bring_them(arguments: dict[str, Any]) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client(max_clients=1) as client:
                await client.fetch(server.url(), **arguments)
                await client.fetch(server.url())
            assert b"\r\nAuthorization: " in server.requests[0]
            assert b"secret" not in server.requests[1]
            assert b"Authorization" not in server.requests[1]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("method", "code", "then"),
    [
        ("POST", 301, b"GET"),
        ("POST", 302, b"GET"),
        ("POST", 303, b"GET"),
        ("PUT", 303, b"GET"),
        ("PATCH", 303, b"GET"),
        ("HEAD", 303, b"HEAD"),
        ("DELETE", 302, b"DELETE"),
        ("POST", 307, b"POST"),
        ("PUT", 308, b"PUT"),
    ],
)
def test_methods(method: str, code: int, then: bytes) -> None:
    async def main() -> None:
        async with serve(redirecting(code, "/new")) as server:
            with curl_client() as client:
                body = b"body" if method in ("POST", "PUT", "PATCH") else None
                await client.fetch(server.url(), method=method, body=body)
            new = server.requests[1]
            assert new.startswith(then + b" /new ")
            assert new.endswith(b"body") == (then in (b"POST", b"PUT"))

    asyncio.run(main())


def test_the_program_sees_them_if_it_wants_to() -> None:
    async def main() -> None:
        async with serve(redirecting(302, "/new")) as server:
            with curl_client() as client:
                response = await client.fetch(
                    server.url(), follow_redirects=False, raise_error=False
                )
            assert response.code == 302
            assert response.headers["Location"] == "/new"

    asyncio.run(main())


def test_max_redirects() -> None:
    async def main() -> None:
        async with serve(redirecting(302, "/")) as server:
            with curl_client() as client, pytest.raises(CurlError) as caught:
                await client.fetch(server.url(), max_redirects=2)
            assert caught.value.errno == pycurl.E_TOO_MANY_REDIRECTS
            assert len(server.requests) == 3

    asyncio.run(main())


def test_no_redirect_leads_to_a_file() -> None:
    async def main() -> None:
        async with serve(redirecting(302, "file:///etc/passwd")) as server:
            with curl_client() as client, pytest.raises(CurlError):
                await client.fetch(server.url())

    asyncio.run(main())

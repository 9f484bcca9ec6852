import asyncio
import logging
from typing import Any

import pycurl
import pytest

from fujita.curl_httpclient import CurlAsyncHTTPClient, CurlError, curl_log
from fujita.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest, HTTPResponse
from tests.curl_httpclient.clients import curl_client
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, Server, serve


def test_fetch(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                response = await client.fetch(server.url("/a?b=c"))
            assert server.requests[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
            assert (response.code, response.reason, response.body) == (200, "OK", b"ok")
            assert response.effective_url == server.url("/a?b=c")
            assert response.buffer is not None
            assert response.buffer.read() == b"ok"
            assert response.time_info["total"] > 0
            assert response.time_info["queue"] >= 0
            assert response.start_time is not None

    run(kind, main)


def test_connections_are_kept(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                for _ in range(3):
                    await client.fetch(server.url())
            assert len(server.connections) == 1

    run(kind, main)


def test_configure_by_name() -> None:
    async def main() -> None:
        client = AsyncHTTPClient()
        assert type(client) is CurlAsyncHTTPClient
        assert client.max_clients == 3
        assert AsyncHTTPClient() is client
        client.close()

    AsyncHTTPClient.configure("fujita.curl_httpclient.CurlAsyncHTTPClient", max_clients=3)
    try:
        asyncio.run(main())
    finally:
        AsyncHTTPClient.configure(None)


def test_no_more_than_max_clients_at_a_time(kind: str) -> None:
    async def main() -> None:
        under_way = most = 0
        two_came = asyncio.Event()

        async def answer(connection: Connection, request: bytes) -> bytes:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            if under_way == 2:
                two_came.set()
            await two_came.wait()
            under_way -= 1
            return OK

        async with serve(answer) as server:
            with curl_client(max_clients=2) as client:
                await asyncio.gather(*(client.fetch(server.url()) for _ in range(6)))
            assert most == 2
            assert len(server.requests) == 6

    run(kind, main)


def test_http_errors() -> None:
    async def main() -> None:
        async with serve(b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno") as server:
            with curl_client() as client:
                with pytest.raises(HTTPError, match="HTTP 500: Oh") as caught:
                    await client.fetch(server.url())
                assert caught.value.response is not None
                assert caught.value.response.body == b"no"
                response = await client.fetch(server.url(), raise_error=False)
                assert response.code == 500

    asyncio.run(main())


def test_failures_of_libcurl(unused_port: int) -> None:
    async def main() -> None:
        with curl_client() as client:
            with pytest.raises(CurlError) as caught:
                await client.fetch(f"http://127.0.0.1:{unused_port}/")
            assert caught.value.code == 599
            assert caught.value.errno == pycurl.E_COULDNT_CONNECT

    asyncio.run(main())


def test_request_timeout(kind: str) -> None:
    async def main() -> None:
        async def never(connection: Connection, request: bytes) -> bytes:
            await connection.ended.wait()
            return OK

        async with serve(never) as server:
            with curl_client() as client:
                with pytest.raises(CurlError) as caught:
                    await client.fetch(server.url(), request_timeout=0.05)
                assert caught.value.errno == pycurl.E_OPERATION_TIMEDOUT

    run(kind, main)


def test_max_body_size() -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client(max_body_size=1) as client:
                with pytest.raises(CurlError, match="max_body_size, 1 bytes"):
                    await client.fetch(server.url())
                with pytest.raises(CurlError, match="max_body_size, 1 bytes"):
                    await client.fetch(server.url(), streaming_callback=lambda piece: None)

    asyncio.run(main())


def test_a_head_that_is_none() -> None:
    async def main() -> None:
        async with serve(b"HTTP/1.1 200 OK\r\nA(: b\r\nContent-Length: 0\r\n\r\n") as server:
            with curl_client() as client, pytest.raises(CurlError, match="invalid header line"):
                await client.fetch(server.url())

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"body_producer": lambda write: None, "method": "POST"}, "body_producer not supported"),
        ({"ssl_options": {}}, "ssl_options not supported"),
        ({"method": "POST"}, "must not be None"),
        ({"body": b""}, "must be None"),
        ({"body": b"", "allow_nonstandard_methods": True}, "must be None for GET request"),
        ({"method": "A B", "allow_nonstandard_methods": True}, "must be a token"),
        ({"method": "A"}, "unknown method A"),
        ({"headers": {"A": "b\r\nC: d"}}, "Illegal characters in header"),
        ({"auth_username": "a", "auth_mode": "x"}, "Unsupported auth_mode x"),
        ({"proxy_host": "a", "proxy_port": 1, "proxy_auth_mode": "x"}, "Unsupported proxy_auth"),
    ],
)
def test_what_cannot_be_sent(arguments: dict[str, Any], message: str) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client(max_clients=1) as client:
                with pytest.raises((ValueError, KeyError), match=message):
                    await client.fetch(server.url(), **arguments)
                # The place is free, and nothing is left of it.
                assert (await client.fetch(server.url())).body == b"ok"
            assert len(server.requests) == 1

    asyncio.run(main())


def test_closing_fails_what_is_under_way(kind: str) -> None:
    async def main() -> None:
        came = asyncio.Event()

        async def never(connection: Connection, request: bytes) -> bytes:
            came.set()
            await connection.ended.wait()
            return OK

        async with serve(never) as server:
            with curl_client(max_clients=1) as client:
                fetches = [client.fetch(server.url()) for _ in range(2)]
                await came.wait()
            client.close()
            for fetch in fetches:
                with pytest.raises(CurlError, match="client was closed"):
                    await fetch
            with pytest.raises(RuntimeError, match="closed"):
                await client.fetch(server.url())

    run(kind, main)


def test_a_callback_may_close_the_client() -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client(max_clients=2) as client:
                responses: list[HTTPResponse] = []
                done = asyncio.Event()

                def take(response: HTTPResponse) -> None:
                    responses.append(response)
                    client.close()
                    if len(responses) == 2:
                        done.set()

                for _ in range(2):
                    client.fetch_impl(_request(server), take)
                await done.wait()
                assert {response.code for response in responses} <= {200, 599}

    asyncio.run(main())


def test_a_callback_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                called = asyncio.Event()

                def fail(response: HTTPResponse) -> None:
                    called.set()
                    raise ZeroDivisionError

                client.fetch_impl(_request(server), fail)
                await called.wait()

    asyncio.run(main())
    assert "Exception in callback" in caplog.text
    assert caplog.records[0].name == "tornado.application"


def _request(server: Server) -> HTTPRequest:
    request = HTTPRequest(server.url(), connect_timeout=5, request_timeout=5)
    request.validate_cert = True
    request.proxy_password = ""
    return request


def test_curl_log(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                await client.fetch(server.url("/logged"))

    assert curl_log.name == "tornado.curl_httpclient"
    with caplog.at_level(logging.DEBUG, "tornado.curl_httpclient"):
        asyncio.run(main())
    messages = [record.getMessage() for record in caplog.records if record.name == curl_log.name]
    assert "> GET /logged HTTP/1.1" in messages
    assert "< HTTP/1.1 200 OK" in messages
    assert not any(message.endswith(" ok") for message in messages)

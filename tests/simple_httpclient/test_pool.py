"""Connections are reused when they may be, and only then."""

import asyncio
import gc
import select
import socket
import ssl
from typing import Any

import pytest

from fujita.httpclient import HTTPResponse
from fujita.ioloop import IOLoop
from fujita.ioloop.asyncio_loops import LOOP_VARIABLE
from fujita.netutil import Resolver
from fujita.simple_httpclient import HTTPStreamClosedError, SimpleAsyncHTTPClient
from fujita.simple_httpclient import connection as connection_module
from fujita.simple_httpclient import pool as pool_module
from fujita.simple_httpclient.fetch import Fetch
from fujita.tcpclient import TCPClient
from tests.loop_kinds import run
from tests.simple_httpclient.servers import (
    CERTIFICATE,
    KEY,
    OK,
    Connection,
    serve,
    server_context,
)


def make_client(**arguments: Any) -> SimpleAsyncHTTPClient:
    return SimpleAsyncHTTPClient(force_instance=True, **arguments)


# Reused.


def test_one_connection_serves_one_request_after_the_other(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            for path in ("/a", "/b?c", "/"):
                assert (await client.fetch(server.url(path))).body == b"ok"
            await client.fetch(server.url(), method="POST", body=b"x")
            assert len(server.connections) == 1
            assert len(server.requests) == 4
            client.close()

    run(kind, main)


def test_requests_at_the_same_time_have_a_connection_each_and_share_them_later(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            for _ in range(3):
                await asyncio.gather(*[client.fetch(server.url()) for _ in range(5)])
            assert len(server.connections) == 5
            assert len(server.requests) == 15
            client.close()

    run(kind, main)


def test_a_queue_needs_no_more_connections_than_clients(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client(max_clients=2)
            await asyncio.gather(*[client.fetch(server.url()) for _ in range(10)])
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
)
def test_responses_that_leave_the_connection_open(kind: str, response: bytes) -> None:
    async def main() -> None:
        async with serve(response) as server:
            client = make_client()
            for _ in range(2):
                await client.fetch(server.url(), raise_error=False)
            assert len(server.connections) == 1
            client.close()

    run(kind, main)


def test_a_redirect_goes_over_the_same_connection(kind: str) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes:
        if request.startswith(b"GET /old"):
            return b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 5\r\n\r\nmoved"
        return OK

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            response = await client.fetch(server.url("/old"))
            assert response.body == b"ok"
            assert response.effective_url == server.url("/new")
            assert len(server.connections) == 1
            client.close()

    run(kind, main)


def test_tls_connections_are_reused(kind: str) -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            client = make_client(defaults={"validate_cert": False})
            for _ in range(3):
                await client.fetch(server.url())
            assert len(server.connections) == 1
            client.close()

    run(kind, main)


def test_requests_of_one_turn_of_the_loop_all_arrive(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await asyncio.gather(*[client.fetch(server.url()) for _ in range(5)])
            futures = [client.fetch(server.url(f"/{number}")) for number in range(5)]
            # It is gone before it was sent.
            (last,) = filter(is_last, client.active)
            assert last._connection is not None
            last._connection.give_up(ConnectionAbortedError())
            results = await asyncio.gather(*futures, return_exceptions=True)
            assert sum(isinstance(result, HTTPResponse) for result in results) == 4
            assert isinstance(results[4], ConnectionAbortedError)
            assert len(server.requests) == 9
            assert not any(request.startswith(b"GET /4") for request in server.requests)
            client.close()

    def is_last(fetch: Fetch) -> bool:
        return fetch._hop.url.endswith("/4")

    run(kind, main)


# Not reused.


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        # More than one response: nobody has asked for the second.
        OK + OK,
        OK + b"x",
    ],
)
def test_responses_that_end_the_connection(kind: str, response: bytes) -> None:
    async def main() -> None:
        async with serve(response) as server:
            client = make_client()
            for _ in range(2):
                assert (await client.fetch(server.url())).body == b"ok"
            assert len(server.connections) == 2
            await server.connections[0].ended.wait()
            client.close()

    run(kind, main)


def test_a_request_that_says_close(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url(), headers={"connection": "Close"})
            await client.fetch(server.url())
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


@pytest.mark.parametrize(
    "arguments",
    [
        {"allow_ipv6": False},
        {"network_interface": "127.0.0.1"},
        {"ca_certs": CERTIFICATE, "validate_cert": False},
        {"client_cert": CERTIFICATE, "client_key": KEY},
        {"ssl_options": {"cert_reqs": ssl.CERT_NONE}},
        {"ssl_options": {"cert_reqs": ssl.CERT_NONE, "certfile": CERTIFICATE, "keyfile": KEY}},
    ],
)
def test_other_options_need_another_connection(kind: str, arguments: dict[str, Any]) -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            client = make_client(defaults={"validate_cert": False})
            await client.fetch(server.url())
            await client.fetch(server.url(), **arguments)
            assert len(server.connections) == 2
            # And both are there for their like.
            await client.fetch(server.url(), **arguments)
            await client.fetch(server.url())
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_an_unverified_connection_is_not_for_those_who_verify(kind: str) -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            client = make_client()
            await client.fetch(server.url(), validate_cert=False)
            with pytest.raises(ssl.SSLError):
                await client.fetch(server.url())
            context = ssl.create_default_context()
            with pytest.raises(ssl.SSLError):
                await client.fetch(server.url(), ssl_options=context)
            client.close()

    run(kind, main)


def test_another_host_scheme_port_or_resolver_needs_another_connection(kind: str) -> None:
    class Here(Resolver):
        async def resolve(
            self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[tuple[int, Any]]:
            return [(socket.AF_INET, ("127.0.0.1", port))]

    async def main() -> None:
        async with serve() as server, serve() as other:
            client = make_client(resolver=Here())
            await client.fetch(server.url(host="a.example"))
            await client.fetch(server.url(host="b.example"))
            assert len(server.connections) == 2
            await client.fetch(other.url(host="a.example"))
            assert len(other.connections) == 1
            client.tcp_client.resolver = Here()
            await client.fetch(server.url(host="a.example"))
            assert len(server.connections) == 3
            client.tcp_client = TCPClient(client.tcp_client.resolver)
            await client.fetch(server.url(host="a.example"))
            assert len(server.connections) == 4
            client.close()

    run(kind, main)


# The ends of idle connections.


def test_a_connection_that_the_server_closes_is_dropped(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url())
            (connection,) = client.pool.open
            server.connections[0].writer.close()
            await until(lambda: not client.pool.open)
            assert connection not in client.pool.open
            await client.fetch(server.url(), method="POST", body=b"x")
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_a_connection_on_which_something_comes_unasked_is_dropped(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url())
            server.connections[0].writer.write(b"HTTP/1.1 408 Too late\r\n\r\n")
            await server.connections[0].ended.wait()
            assert (await client.fetch(server.url())).code == 200
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_idle_connections_expire(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "IDLE_TIMEOUT", 0.05)
    monkeypatch.setattr(pool_module, "IDLE_TIMEOUT", 0.05)

    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url())
            await server.connections[0].ended.wait()
            assert not client.pool.open
            client.close()

    run(kind, main)


@pytest.mark.parametrize(("announced", "connections"), [("timeout=1", 2), ("timeout=60, max=9", 1)])
def test_keep_alive_says_how_long_the_server_waits(
    kind: str, announced: str, connections: int
) -> None:
    response = OK.replace(b"\r\n\r\n", b"\r\nKeep-Alive: " + announced.encode() + b"\r\n\r\n")

    async def main() -> None:
        async with serve(response) as server:
            client = make_client()
            for _ in range(2):
                await client.fetch(server.url())
            assert len(server.connections) == connections
            client.close()

    run(kind, main)


def test_the_oldest_gives_way_when_there_are_too_many(kind: str) -> None:
    async def main() -> None:
        async with serve() as first, serve() as second, serve() as third:
            client = make_client(max_clients=2)
            for server in (first, second, third):
                await client.fetch(server.url())
            await first.connections[0].ended.wait()
            assert len(client.pool.open) == 2
            for server in (second, third):
                await client.fetch(server.url())
                assert len(server.connections) == 1
            client.close()

    run(kind, main)


# The end of the client and of the loop.


def test_closing_the_client_closes_idle_connections_now_and_others_later(kind: str) -> None:
    proceed = asyncio.Event()

    async def answer(connection: Connection, request: bytes) -> bytes:
        if request.startswith(b"GET /slow"):
            await proceed.wait()
        return OK

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            slow = client.fetch(server.url("/slow"))
            await client.fetch(server.url("/fast"))
            client.close()
            _, idle = sorted(server.connections, key=lambda one: b"/fast" in one.requests[0])
            await idle.ended.wait()
            proceed.set()
            assert (await slow).body == b"ok"
            await until(lambda: not client.pool.open)
            for connection in server.connections:
                await connection.ended.wait()

    run(kind, main)


def test_a_loop_may_end_without_closing_the_client(kind: str) -> None:
    # ResourceWarnings are errors, and pytest reports them even from destructors.
    async def main() -> None:
        async with serve() as server:
            client = SimpleAsyncHTTPClient()
            await asyncio.gather(*[client.fetch(server.url()) for _ in range(3)])
            assert len(client.pool.open) == 3

    run(kind, main)
    gc.collect()


@pytest.mark.parametrize("closes_client", [False, True])
def test_an_ioloop_may_be_closed_without_closing_the_client(
    kind: str, closes_client: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LOOP_VARIABLE, kind)
    io_loop = IOLoop(make_current=False)
    clients = []

    async def main() -> None:
        async with serve() as server:
            clients.append(SimpleAsyncHTTPClient())
            await clients[0].fetch(server.url())

    io_loop.run_sync(main)
    if closes_client:
        clients[0].close()
    io_loop.close()
    assert not clients[0].pool.open
    clients.clear()
    gc.collect()


class NeverResolver(Resolver):
    """Never answers."""

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        return await asyncio.Future()


def test_a_loop_may_end_in_the_middle_of_a_fetch(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    # It takes connections and never says a word.
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    futures: list[asyncio.Future[HTTPResponse]] = []
    tasks: list[asyncio.Task[HTTPResponse]] = []

    async def fetch(future: "asyncio.Future[HTTPResponse]") -> HTTPResponse:
        return await future

    async def main() -> None:
        client = make_client()
        resolving = make_client(resolver=NeverResolver())
        for one in (client, client, resolving, resolving):
            futures.append(one.fetch(url))
        tasks.append(asyncio.create_task(fetch(futures[0])))
        tasks.append(asyncio.create_task(fetch(futures[2])))
        await until(lambda: len(client.pool.open) == 2)

    run(kind, main)
    listener.close()
    assert all(future.cancelled() for future in futures)
    gc.collect()
    assert not caplog.records


# Retries.


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_a_request_that_a_dying_connection_swallowed_is_sent_again(
    kind: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if it had rested for long enough to be closed by a server that is tired of it.
    monkeypatch.setattr(connection_module, "RETRY_AFTER", 0.0)

    async def answer(connection: Connection, request: bytes) -> bytes | None:
        # Every connection takes one request, and ends without a word at the second.
        return OK.partition(b"ok")[0] + b"ok" if len(connection.requests) == 1 else None

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            await client.fetch(server.url())
            body = b"x" if method == "PUT" else None
            response = await client.fetch(server.url(), method=method, body=body)
            assert response.code == 200
            assert len(server.connections) == 2
            assert server.connections[0].requests[1] == server.connections[1].requests[0]
            client.close()

    run(kind, main)


def test_a_request_that_brings_the_server_down_is_not_handed_to_the_next(kind: str) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes | None:
        return OK if len(connection.requests) == 1 else None

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            await client.fetch(server.url())
            with pytest.raises(HTTPStreamClosedError):
                await client.fetch(server.url())
            assert len(server.requests) == 2
            client.close()

    run(kind, main)


def test_a_request_that_must_not_be_repeated_is_not(kind: str) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes | None:
        return OK if len(connection.requests) == 1 else None

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            await client.fetch(server.url())
            with pytest.raises(HTTPStreamClosedError):
                await client.fetch(server.url(), method="POST", body=b"x")
            assert len(server.requests) == 2
            client.close()

    run(kind, main)


def test_a_connection_that_fails_at_its_first_request_is_no_reason_to_repeat(kind: str) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes | None:
        return None

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            with pytest.raises(HTTPStreamClosedError, match="Stream closed"):
                await client.fetch(server.url())
            assert len(server.requests) == 1
            client.close()

    run(kind, main)


def test_what_has_begun_to_come_is_not_asked_for_again(kind: str) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes | None:
        if len(connection.requests) == 1:
            return OK
        connection.writer.write(b"HTTP/1.1 200")
        return None

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            await client.fetch(server.url())
            with pytest.raises(HTTPStreamClosedError, match="Stream closed"):
                await client.fetch(server.url())
            assert len(server.requests) == 2
            client.close()

    run(kind, main)


def test_a_request_is_repeated_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "RETRY_AFTER", 0.0)

    async def answer(connection: Connection, request: bytes) -> bytes | None:
        return OK if len(server_requests) == 1 else None

    server_requests: list[bytes] = []

    async def count(connection: Connection, request: bytes) -> bytes | None:
        server_requests.append(request)
        return await answer(connection, request)

    async def main() -> None:
        async with serve(count) as server:
            client = make_client()
            await client.fetch(server.url())
            with pytest.raises(HTTPStreamClosedError):
                await client.fetch(server.url())
            assert len(server_requests) == 3
            client.close()

    run(kind, main)


def test_a_server_that_closed_before_it_read_the_request_is_asked_again(kind: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def answer(closes_unread: bool) -> socket.socket:
            accepted, _ = listener.accept()
            accepted.recv(65536)
            accepted.sendall(OK)
            if closes_unread:
                # With something unread, the system resets the connection.
                select.select([accepted], [], [], 10)
                accepted.close()
            return accepted

        client = make_client()
        first = loop.run_in_executor(None, answer, True)
        await client.fetch(url)
        assert not first.done()
        second = loop.run_in_executor(None, answer, False)
        assert (await client.fetch(url)).body == b"ok"
        await first
        (await second).close()
        listener.close()
        client.close()

    run(kind, main)


def test_a_server_that_closes_without_saying_so_is_not_trusted_again(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(connection: Connection, request: bytes) -> None:
        connection.writer.write(OK)

    async def main() -> None:
        async with serve(answer) as server:
            client = make_client()
            await client.fetch(server.url())
            await until(lambda: not client.pool.open)
            # Neither this one nor the next wait for the server's end.
            await client.fetch(server.url())
            assert all(connection.is_closing for connection in client.pool.open)
            await client.fetch(server.url(), method="POST", body=b"x")
            assert len(server.connections) == 3
            # Some time later it gets another chance.
            monkeypatch.setattr(client.pool, "clock", lambda: 10**9)
            await client.fetch(server.url())
            assert not all(connection.is_closing for connection in client.pool.open)
            client.close()

    run(kind, main)


def test_old_connections_are_not_for_what_must_not_be_repeated(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "FRESH", -1.0)

    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url())
            await client.fetch(server.url(), method="POST", body=b"x")
            assert len(server.connections) == 2
            await client.fetch(server.url())
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_a_program_that_kept_the_loop_from_running_does_not_get_a_dead_connection(
    kind: str,
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def answer_one() -> socket.socket:
            accepted, _ = listener.accept()
            accepted.recv(65536)
            accepted.sendall(OK)
            return accepted

        client = make_client()
        thread = loop.run_in_executor(None, answer_one)
        await client.fetch(url)
        accepted = await thread
        second = loop.run_in_executor(None, answer_one)
        # Nothing is awaited from here to the next fetch: the loop learns nothing of this.
        accepted.close()
        response = client.fetch(url, method="POST", body=b"x")
        assert (await response).body == b"ok"
        (await second).close()
        listener.close()
        client.close()

    run(kind, main)


async def until(condition: Any) -> None:
    """Lets the loop turn until a condition holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)

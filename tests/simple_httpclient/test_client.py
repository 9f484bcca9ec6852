"""The client: its queue, its limits, its timeouts."""

import asyncio
import inspect
from typing import Any

import pytest

from fujita.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from fujita.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, serve


def make_client(**arguments: Any) -> SimpleAsyncHTTPClient:
    return SimpleAsyncHTTPClient(force_instance=True, **arguments)


class Gate:
    """Holds answers back until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0
        self.arrived = asyncio.Condition()

    async def answer(self, connection: Connection, request: bytes) -> bytes:
        async with self.arrived:
            self.waiting += 1
            self.arrived.notify_all()
        await self.open.wait()
        return OK

    async def wait_for(self, count: int) -> None:
        async with self.arrived:
            await self.arrived.wait_for(lambda: self.waiting == count)


def test_the_arguments_are_tornados() -> None:
    parameters = inspect.signature(SimpleAsyncHTTPClient.initialize).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    del defaults["self"]
    assert defaults == {
        "max_clients": 10,
        "hostname_mapping": None,
        "max_buffer_size": 104857600,
        "resolver": None,
        "defaults": None,
        "max_header_size": None,
        "max_body_size": None,
    }


def test_requests_beyond_max_clients_wait(kind: str) -> None:
    async def main() -> None:
        gate = Gate()
        async with serve(gate.answer) as server:
            client = make_client(max_clients=2)
            futures = [client.fetch(server.url()) for _ in range(4)]
            await gate.wait_for(2)
            assert len(client.active) == 2
            assert len(client.queue) == 2
            gate.open.set()
            responses = await asyncio.gather(*futures)
            assert len(client.queue) == len(client.active) == 0
            waited = [response.time_info["queue"] for response in responses]
            assert 0 <= max(waited[:2]) < min(waited[2:]) < 5
            client.close()

    run(kind, main)


def test_a_queue_of_requests_that_all_fail_at_once(kind: str) -> None:
    async def main() -> None:
        gate = Gate()
        async with serve(gate.answer) as server:
            client = make_client(max_clients=1)
            first = client.fetch(server.url())
            others = [client.fetch("ftp://fuji.example/") for _ in range(2000)]
            gate.open.set()
            await first
            results = await asyncio.gather(*others, return_exceptions=True)
            assert all(isinstance(result, ValueError) for result in results)
            assert (await client.fetch(server.url())).code == 200
            client.close()

    run(kind, main)


@pytest.mark.parametrize(
    "timeouts",
    [
        {"connect_timeout": 0.01},
        {"request_timeout": 0.01, "connect_timeout": 0},
        {"connect_timeout": 0.01, "request_timeout": 0},
    ],
)
def test_time_in_the_queue_counts(kind: str, timeouts: dict[str, Any]) -> None:
    async def main() -> None:
        gate = Gate()
        async with serve(gate.answer) as server:
            client = make_client(max_clients=1)
            first = client.fetch(server.url(), request_timeout=0)
            with pytest.raises(HTTPTimeoutError, match=r"^Timeout in request queue$") as caught:
                await client.fetch(server.url(), **timeouts)
            assert caught.value.code == 599
            assert isinstance(caught.value, HTTPClientError)
            assert not client.queue
            assert not client.waiting
            gate.open.set()
            await first
            client.close()

    run(kind, main)


def test_a_request_may_wait_for_ever_if_it_wants(kind: str) -> None:
    async def main() -> None:
        gate = Gate()
        async with serve(gate.answer) as server:
            client = make_client(max_clients=1)
            first = client.fetch(server.url())
            second = client.fetch(server.url(), connect_timeout=0, request_timeout=0)
            assert list(client.waiting.values()) == [None]
            gate.open.set()
            await asyncio.gather(first, second)
            client.close()

    run(kind, main)


def test_a_response_that_takes_too_long(kind: str) -> None:
    async def main() -> None:
        gate = Gate()
        async with serve(gate.answer) as server:
            client = make_client()
            with pytest.raises(HTTPTimeoutError, match=r"^Timeout during request$"):
                await client.fetch(server.url(), request_timeout=0.02)
            # Its connection is of no use any more.
            gate.open.set()
            await server.connections[0].ended.wait()
            await client.fetch(server.url())
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_each_request_of_a_connection_has_a_deadline_of_its_own(kind: str) -> None:
    async def main() -> None:
        gate = Gate()
        gate.open.set()
        async with serve(gate.answer) as server:
            client = make_client()
            # The timer is set for the first, is then too late, and then too early.
            await client.fetch(server.url(), request_timeout=5)
            gate.open.clear()
            with pytest.raises(HTTPTimeoutError):
                await client.fetch(server.url(), request_timeout=0.02)
            gate.open.set()
            await client.fetch(server.url(), request_timeout=0.3)
            gate.open.clear()
            future = client.fetch(server.url(), request_timeout=5)
            await asyncio.wait([future], timeout=0.35)
            assert not future.done()
            gate.open.set()
            await future
            client.close()

    run(kind, main)


def test_times_of_a_response(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            response = await client.fetch(server.url())
            assert response.request_time is not None
            assert 0 < response.request_time < 5
            assert response.start_time is not None
            assert abs(response.start_time - response.request.start_time) < 5
            client.close()

    run(kind, main)


def test_fetch_impl_tells_errors_by_the_response(kind: str) -> None:
    async def main() -> None:
        client = make_client(max_clients=0)
        answers: list[HTTPResponse] = []
        client.fetch_impl(HTTPRequest("http://h/", request_timeout=0.01), answers.append)
        while not answers:
            await asyncio.sleep(0.01)
        assert isinstance(answers[0].error, HTTPTimeoutError)
        assert answers[0].code == 599
        assert answers[0].start_time is None
        client.close()

    run(kind, main)


def test_a_callback_that_fails_is_logged(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            called = asyncio.Event()

            def fail(response: HTTPResponse) -> None:
                called.set()
                raise ZeroDivisionError

            client.fetch_impl(HTTPRequest(server.url()), fail)
            await called.wait()
            assert (await client.fetch(server.url())).code == 200
            assert len(server.connections) == 1
            client.close()

    run(kind, main)
    assert [record.getMessage() for record in caplog.records] == ["Uncaught exception"]


def test_hostname_mapping(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client(
                hostname_mapping={
                    "fuji.example": "127.0.0.1",
                    ("other.example", 8000): ("127.0.0.1", server.port),
                }
            )
            await client.fetch(server.url(host="fuji.example"))
            await client.fetch("http://other.example:8000/")
            assert f"Host: fuji.example:{server.port}\r\n".encode() in server.requests[0]
            assert b"Host: other.example:8000\r\n" in server.requests[1]
            client.close()

    run(kind, main)


def test_the_headers_of_the_program_are_left_alone(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            headers = {"accept": "*/*"}
            request = HTTPRequest(server.url(), headers=headers)
            response = await client.fetch(request)
            assert headers == {"accept": "*/*"}
            assert response.request is request
            assert (await client.fetch(response.request)).code == 200
            client.close()

    run(kind, main)

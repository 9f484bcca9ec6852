"""HTTPClient: fetches without a loop."""

import asyncio
import gc
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fujita.httpclient import AsyncHTTPClient, HTTPClient, HTTPClientError, HTTPResponse
from fujita.simple_httpclient import SimpleAsyncHTTPClient


@contextmanager
def server(responses: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Answers one connection's requests in a thread."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                for response in responses:
                    requests.append(connection.recv(65536))
                    connection.sendall(response)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", requests
        thread.join()


def test_fetch_and_errors() -> None:
    responses = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsummit",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Eruption\r\nContent-Length: 0\r\n\r\n",
    ]
    with server(responses) as (url, requests):
        client = HTTPClient(defaults={"user_agent": "Kaguya"})
        response = client.fetch(url)
        assert isinstance(response, HTTPResponse)
        assert response.body == b"summit"
        with pytest.raises(HTTPClientError, match="404"):
            client.fetch(url, method="POST", body="")
        assert client.fetch(url, raise_error=False).reason == "Eruption"
        client.close()
        client.close()
    assert b"User-Agent: Kaguya\r\n" in requests[0]


def test_another_class_does_the_work() -> None:
    made = []

    class Client(SimpleAsyncHTTPClient):
        def initialize(self, max_clients: int = 10, **kwargs: object) -> None:  # type: ignore[override]
            super().initialize(max_clients=max_clients)
            made.append(self)

    client = HTTPClient(Client, max_clients=2)
    assert made[0].max_clients == 2
    client.close()


def test_a_client_that_is_not_closed_closes_itself() -> None:
    client = HTTPClient()
    loop = client._io_loop.asyncio_loop
    del client
    gc.collect()
    assert loop.is_closed()


def test_it_is_refused_where_a_loop_runs() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError):
            HTTPClient()

    asyncio.run(main())


def test_a_constructor_that_fails_leaves_nothing_open() -> None:
    class Broken(AsyncHTTPClient):
        def initialize(self, **kwargs: object) -> None:  # type: ignore[override]
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        HTTPClient(Broken)

"""AsyncHTTPClient: which object one gets, and what fetch() makes of a response."""

import asyncio
import logging
from collections.abc import Callable, Iterator

import pytest

from fujita.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from fujita.httputil import HTTPHeaders
from fujita.simple_httpclient import SimpleAsyncHTTPClient


class EchoClient(AsyncHTTPClient):
    """Answers each request by itself: the code is in the URL."""

    seen: HTTPRequest

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        self.seen = request
        if request.url == "refused":
            callback(HTTPResponse(request, 599, error=ConnectionRefusedError("refused")))
        elif request.url == "ended":
            callback(HTTPResponse(request, 599, error=asyncio.CancelledError()))
        else:
            asyncio.get_running_loop().call_soon(callback, HTTPResponse(request, int(request.url)))


@pytest.fixture(autouse=True)
def configuration() -> Iterator[None]:
    saved = AsyncHTTPClient._save_configuration()
    yield
    AsyncHTTPClient._restore_configuration(saved)


def test_one_client_for_each_loop_and_class() -> None:
    async def main() -> AsyncHTTPClient:
        client = AsyncHTTPClient()
        assert isinstance(client, SimpleAsyncHTTPClient)
        assert AsyncHTTPClient() is client
        assert SimpleAsyncHTTPClient() is SimpleAsyncHTTPClient()
        own = AsyncHTTPClient(force_instance=True)
        assert own is not client
        assert own not in AsyncHTTPClient._async_clients().values()
        return client

    first, second = asyncio.run(main()), asyncio.run(main())
    assert first is not second
    # The first one went with its loop.
    assert list(AsyncHTTPClient._async_clients().values()) == [second]


def test_close_makes_room_for_a_new_client() -> None:
    async def main() -> None:
        client = AsyncHTTPClient()
        client.close()
        client.close()
        assert AsyncHTTPClient() is not client
        with pytest.raises(RuntimeError, match="closed"):
            client.fetch("http://fuji.example/")
        AsyncHTTPClient().close()

    asyncio.run(main())


def test_configure_by_class_and_by_name() -> None:
    async def main() -> None:
        AsyncHTTPClient.configure(EchoClient, defaults={"user_agent": "Kaguya"})
        client = AsyncHTTPClient()
        assert type(client) is EchoClient
        assert client.defaults["user_agent"] == "Kaguya"
        assert client.defaults["max_redirects"] == 5
        client.close()
        AsyncHTTPClient.configure("fujita.simple_httpclient.SimpleAsyncHTTPClient", max_clients=3)
        other = AsyncHTTPClient(force_instance=True)
        assert isinstance(other, SimpleAsyncHTTPClient)
        assert other.max_clients == 3
        third = AsyncHTTPClient(force_instance=True, max_clients=4)
        assert isinstance(third, SimpleAsyncHTTPClient)
        assert third.max_clients == 4

    asyncio.run(main())


def test_fetch_raises_for_a_status_unless_told_not_to() -> None:
    async def main() -> None:
        client = EchoClient(force_instance=True)
        assert (await client.fetch("204")).code == 204
        with pytest.raises(HTTPClientError, match="404"):
            await client.fetch("404")
        response = await client.fetch("404", raise_error=False)
        assert response.code == 404
        assert isinstance(response.error, HTTPClientError)
        with pytest.raises(ConnectionRefusedError):
            await client.fetch("refused", raise_error=False)

    asyncio.run(main())


def test_fetch_takes_a_request_or_the_arguments_for_one() -> None:
    async def main() -> None:
        client = EchoClient(force_instance=True, defaults={"max_redirects": 9})
        headers = HTTPHeaders({"a": "b"})
        request = HTTPRequest("200", headers=headers)
        await client.fetch(request)
        assert client.seen.max_redirects == 9
        assert client.seen.headers == headers
        assert client.seen.headers is not headers
        await client.fetch("200", method="PUT", headers={"c": "d"})
        assert client.seen.method == "PUT"
        assert isinstance(client.seen.headers, HTTPHeaders)
        with pytest.raises(ValueError, match="kwargs"):
            await client.fetch(request, method="PUT")

    asyncio.run(main())


def test_an_error_after_cancellation_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        client = EchoClient(force_instance=True)
        future = client.fetch("404")
        other = client.fetch("200")
        future.cancel()
        other.cancel()
        await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert [record.getMessage() for record in caplog.records] == [
        "Exception after Future was cancelled"
    ]


def test_the_end_of_the_loop_cancels_quietly(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        future = EchoClient(force_instance=True).fetch("ended")
        assert future.cancelled()

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert not caplog.records


def test_an_implementation_must_define_fetch_impl() -> None:
    class Incomplete(AsyncHTTPClient):
        pass

    async def main() -> None:
        with pytest.raises(NotImplementedError, match="Incomplete"):
            await Incomplete(force_instance=True).fetch("200")

    asyncio.run(main())

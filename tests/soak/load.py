"""What is done over and over: requests, uploads, WebSocket sessions."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from fujita.httpclient import AsyncHTTPClient
from fujita.websocket import websocket_connect

Work = Callable[[], Awaitable[None]]

_BODY = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    + bytes(50_000)
    + b"\r\n--b--\r\n"
)


class Load:
    """Uses a server as its clients do, and counts.

    Args:
        port: The server's.
        clients: How many work at the same time.
    """

    def __init__(self, port: int, clients: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._clients = clients
        self._http = AsyncHTTPClient(force_instance=True, max_clients=clients)
        self.done: Counter[str] = Counter()

    async def run(self, goes_on: Callable[[], bool]) -> None:
        """Works as long as the function says so."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(self._work(goes_on))

    async def _work(self, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            for _ in range(20):
                await self._fetch("/", 200)
                await self._fetch("/waiting", 200)
            await self._fetch("/broken", 418)
            await self._upload()
            await self._session()

    async def _fetch(self, path: str, status: int) -> None:
        answer = await self._http.fetch(self._url + path, raise_error=False)
        assert answer.code == status, answer
        self.done["requests"] += 1

    async def _upload(self) -> None:
        answer = await self._http.fetch(
            f"{self._url}/upload",
            method="POST",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
            body=_BODY,
        )
        assert answer.body == b"50000"
        self.done["uploads"] += 1

    async def _session(self) -> None:
        url = f"{self._url}/echo".replace("http", "ws", 1)
        connection = await websocket_connect(url, compression_options={})
        for message in ("text" * 100, b"bytes"):
            await connection.write_message(message, isinstance(message, bytes))
            assert await connection.read_message() == message
        connection.close()
        # The server has closed, too.
        assert await connection.read_message() is None
        self.done["sessions"] += 1

    async def state(self, collect: bool = False) -> str:
        """Asks the server what it holds, on a connection of its own."""
        path = "/state?collect=1" if collect else "/state"
        client = AsyncHTTPClient(force_instance=True)
        try:
            return (await client.fetch(self._url + path)).body.decode()
        finally:
            client.close()

    def close(self) -> None:
        """Closes the client's connections."""
        self._http.close()

"""Serves an application to a test, over a real socket, on a loop in a thread of its own."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

from fujita.httpserver import HTTPServer
from fujita.netutil import bind_sockets
from tests import loop_kinds

Result = TypeVar("Result")

PATIENCE = 10
"""Seconds after which a test that waits for the server fails."""


class Response(NamedTuple):
    status: int
    reason: str
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        """Gives all values of a header."""
        return self.headers.get_all(name) or []


class Site:
    """A client's view of a server under test."""

    def __init__(self, port: int, server: HTTPServer, loop: asyncio.AbstractEventLoop) -> None:
        self.port = port
        self.server = server
        self.loop = loop
        self.url = f"http://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
    ) -> Response:
        """Sends a request on a connection of its own, and gives the response.

        What the handler does between its response and its next wait is done by then, too.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Response(answer.status, answer.reason, answer.headers, answer.read())
        finally:
            connection.close()
            self.settle()

    def get(self, target: str, **headers: str) -> Response:
        return self.request("GET", target, _header_names(headers))

    def head(self, target: str, **headers: str) -> Response:
        return self.request("HEAD", target, _header_names(headers))

    def post(self, target: str, form: Mapping[str, str] | None = None, **headers: str) -> Response:
        """Sends a form."""
        names = {"Content-Type": "application/x-www-form-urlencoded", **_header_names(headers)}
        return self.request("POST", target, names, urlencode(form or {}))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def raw(self, data: bytes) -> bytes:
        """Sends bytes, and gives all that the server answers until it closes the connection."""
        with self.connect() as connection:
            connection.sendall(data)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        self.settle()
        return answer

    def settle(self) -> None:
        """Returns when the server's loop has come round."""
        self.run(lambda: asyncio.sleep(0))

    def run(self, main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Runs a coroutine on the server's loop."""
        return asyncio.run_coroutine_threadsafe(main(), self.loop).result(PATIENCE)


class Serve(Protocol):
    """What the fixture ``serve`` is."""

    def __call__(self, application: Any, **options: Any) -> Site: ...


@contextmanager
def serving(kind: str, application: Any, **options: Any) -> Iterator[Site]:
    """Runs an ``HTTPServer`` on a loop of that kind while the context lasts."""
    sites: list[Site] = []
    errors: list[BaseException] = []
    started = threading.Event()
    stop = asyncio.Event()

    async def main() -> None:
        server = HTTPServer(application, **options)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        port = sockets[0].getsockname()[1]
        sites.append(Site(port, server, asyncio.get_running_loop()))
        started.set()
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    def thread_main() -> None:
        try:
            loop_kinds.run(kind, main)
        except BaseException as error:
            errors.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=thread_main, name="server")
    thread.start()
    assert started.wait(PATIENCE)
    try:
        if sites:
            yield sites[0]
    finally:
        if sites and thread.is_alive():
            sites[0].loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        if errors:
            raise errors[0]


def _header_names(names: Mapping[str, str]) -> dict[str, str]:
    """Makes header names of keyword arguments: ``If_None_Match``."""
    return {name.replace("_", "-"): value for name, value in names.items()}

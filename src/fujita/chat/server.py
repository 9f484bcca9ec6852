"""Serving the chat room from the command line."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from os import PathLike
from types import FrameType

from fujita import httpserver, ioloop, netutil
from fujita.chat.application import make_app
from fujita.chat.errors import ChatError
from fujita.chat.limits import Limits
from fujita.chat.sqlite import SqliteStore

_LONGEST_BODY = 64 * 1024


def serve(
    port: int = 8888,
    address: str = "127.0.0.1",
    database: str | PathLike[str] = "chat.db",
    *,
    limits: Limits | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Opens the chat room and serves it until Ctrl-C or SIGTERM.

    Args:
        port: Where to listen; 0 takes any free port.
        address: Which of the machine's addresses; ``0.0.0.0`` and ``::`` are all of them.
        database: The SQLite file that keeps the history, created where there is none.
        limits: The bounds of the chat room.
        announce: Is told, in one line, where the room is; without it the line is printed.

    Raises:
        ChatError: The history cannot be opened, or the port cannot be listened on. The text is
            one line for a terminal.
    """
    loop = ioloop.IOLoop()
    try:
        loop.run_sync(lambda: _serve(port, address, database, limits, announce or _print))
    finally:
        loop.close()


async def _serve(
    port: int,
    address: str,
    database: str | PathLike[str],
    limits: Limits | None,
    announce: Callable[[str], None],
) -> None:
    store = SqliteStore(database)
    application = make_app(store, limits=limits)
    server = httpserver.HTTPServer(application, max_body_size=_LONGEST_BODY)
    try:
        sockets = _listen(server, port, address)
        await _serve_until_stopped(
            lambda: announce(
                f"Fujita chat is open on {_url(address, sockets)}"
                f" (history in {store.place}; Ctrl-C ends it)"
            )
        )
    finally:
        server.stop()
        await application.close()
        await server.close_all_connections()


def _listen(server: httpserver.HTTPServer, port: int, address: str) -> list[socket.socket]:
    try:
        sockets = netutil.bind_sockets(port, address)
    except (OSError, ValueError, OverflowError) as error:
        raise ChatError(f"cannot listen on {_authority(address, port)}: {_reason(error)}") from None
    server.add_sockets(sockets)
    return sockets


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    # Errors of name resolution have negative numbers, which the system has no text for.
    return os.strerror(error.errno) if error.errno > 0 else error.strerror or str(error)


async def _serve_until_stopped(announce: Callable[[], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    former = {number: signal.getsignal(number) for number in signals}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopped.set)
        # A second Ctrl-C does not wait for anything.
        signal.signal(number, signal.SIG_DFL)

    for number in signals:
        signal.signal(number, stop)
    try:
        announce()
        await stopped.wait()
    finally:
        for number in signals:
            signal.signal(number, former[number])


def _url(address: str, sockets: list[socket.socket]) -> str:
    return f"http://{_authority(address or 'localhost', sockets[0].getsockname()[1])}"


def _authority(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _print(line: str) -> None:
    print(line, flush=True)

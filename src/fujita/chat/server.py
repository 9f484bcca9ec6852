"""Serving the chat room from the command line."""

import asyncio
import errno
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from fujita import httpserver, ioloop, netutil
from fujita.chat.accounts.passwords import login_name
from fujita.chat.accounts.tokens import Tokens
from fujita.chat.application import ChatApplication, make_app
from fujita.chat.errors import ChatError
from fujita.chat.figures import Figures
from fujita.chat.limits import Limits
from fujita.chat.live.bus import Bus
from fujita.chat.names import InvalidText
from fujita.chat.proxies import Proxies
from fujita.chat.storage import open_store
from fujita.chat.uploads.folder import Folder

if TYPE_CHECKING:
    from fujita.process.supervised import SupervisedWorker

_LONGEST_BODY = 64 * 1024

# How long requests under way may take when the server is to end.
_GRACE_SECONDS = 10.0

# While workers start, or one is replaced, clients wait in line.
_BACKLOG = 2048

_HINTS = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another --port",
    errno.EACCES: "ports below 1024 are the administrator's: choose a higher --port",
    errno.EADDRNOTAVAIL: "this machine does not have that --address",
}

# RFC 6454, section 6.2, with the hosts that a Content-Security-Policy can name.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.*:\[\]-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the chat room is served.

    Attributes:
        port: Where to listen; 0 takes any free port.
        address: Which of the machine's addresses; ``0.0.0.0`` and ``::`` are all of them.
        database: The SQLite file that keeps the history, created where there is none; or a URL:
            ``postgresql+asyncpg://user@host/name``.
        data: The folder of uploaded files.
        workers: Processes that share the port; more than one needs ``redis``.
        redis: The URL of the Redis by which processes and machines are connected.
        secret: What cookies are signed with; None leaves it to the database to remember one.
        embed_secret: What a site that embeds the chat signs its tokens with.
        embed_origins: The sites that may show the chat in a frame.
        admins: Logins of accounts that own the lobby and every public room that they enter.
        trusted_proxies: The addresses or networks whose ``X-Forwarded-For`` and
            ``X-Forwarded-Proto`` are believed.
        limits: The bounds of the chat room.
    """

    port: int = 8888
    address: str = "127.0.0.1"
    database: str | PathLike[str] = "chat.db"
    data: str | PathLike[str] = "chat-files"
    workers: int = 1
    redis: str | None = None
    secret: str | None = None
    embed_secret: str | None = None
    embed_origins: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    limits: Limits | None = None


def serve(options: Options, announce: Callable[[str], None] | None = None) -> None:
    """Opens the chat room and serves it until Ctrl-C or SIGTERM.

    With several workers, this process watches over them: a `Supervisor` says how. It ends by
    `SystemExit` after them, and each of them when it has served.

    Args:
        options: How.
        announce: Is told, in one line, where the room is; without it the line is printed.

    Raises:
        ChatError: The history cannot be opened, or the port cannot be listened on. The text is
            one line for a terminal. With several workers it may be raised in one of them.
    """
    tell = announce or _print
    _check(options)
    if options.workers == 1:
        _run(_serve(options, _listen(options), Figures(), tell))
    else:
        _serve_with_workers(options, tell)


def _run(work: Coroutine[Any, Any, None]) -> None:
    loop = ioloop.IOLoop()
    try:
        loop.run_sync(lambda: work)
    finally:
        loop.close()


def _check(options: Options) -> None:
    """Sees whether the options fit together."""
    if options.workers > 1 and options.redis is None:
        raise ChatError(
            f"{options.workers} workers need Redis, by which one tells the others what is said:"
            " start it (redis-server) and add --redis redis://127.0.0.1"
        )
    if options.workers > 1 and not hasattr(os, "fork"):
        raise ChatError("--workers: this system cannot fork processes")
    for origin in options.embed_origins:
        if not _ORIGIN.fullmatch(origin):
            raise ChatError(f"expected an origin such as https://example.org, got {origin[:100]}")
    try:
        Proxies(options.trusted_proxies)
    except ValueError as error:
        raise ChatError(f"--trust-proxy: {error}; expected 10.0.0.5 or 10.0.0.0/8") from None


def _serve_with_workers(options: Options, tell: Callable[[str], None]) -> NoReturn:
    """Forks workers that accept connections from the same sockets."""
    # Not where the system cannot fork.
    from fujita.chat.ledger import Ledger
    from fujita.process.supervisor import Supervisor

    sockets = _listen(options)
    announcement = _announcement(options, sockets, f"{options.workers} processes")
    ledger = Ledger(options.workers)
    worker = Supervisor(
        options.workers, sockets, _GRACE_SECONDS, _complain, lambda: tell(announcement)
    ).run()
    # Only the workers get here.
    _run(_serve(options, sockets, ledger.take_row(), worker))
    sys.exit(0)


def _complain(sentence: str) -> None:
    print(f"fujita chat: {sentence}", file=sys.stderr, flush=True)


async def _serve(
    options: Options,
    sockets: list[socket.socket],
    figures: Figures,
    tell: "Callable[[str], None] | SupervisedWorker",
) -> None:
    """Serves on sockets that listen already, which end with it.

    Args:
        options: How.
        sockets: Where.
        figures: What it counts.
        tell: Who is told that it serves: a person in one line, or the supervisor.
    """
    # From here on a signal ends it in order, however far it has come.
    with _signals(supervised=not callable(tell)) as stopped:
        try:
            application, place = await _application(options, figures)
        except BaseException:
            _close(sockets)
            raise
        server = httpserver.HTTPServer(application, max_body_size=_LONGEST_BODY)
        try:
            server.add_sockets(sockets)
            if callable(tell):
                tell(_announcement(options, sockets, f"history in {place}"))
            else:
                tell.ready()
            await stopped.wait()
        finally:
            await _end(server, application)


async def _end(server: httpserver.HTTPServer, application: ChatApplication) -> None:
    server.stop()
    # Messages that have arrived are stored and acknowledged before anybody is sent away.
    await application.rooms.finish()
    await server.drain(_GRACE_SECONDS)
    await application.close()
    await server.close_all_connections()


async def _application(options: Options, figures: Figures) -> tuple[ChatApplication, str]:
    """Puts the chat together; returns it, and where its history is."""
    folder = Folder(options.data)
    tokens = _tokens(options)
    limits = options.limits or Limits()
    store = await open_store(options.database, patience=limits.store_patience)
    bus = None
    try:
        bus = await _bus(options)
        application = await make_app(
            store,
            folder=folder,
            bus=bus,
            limits=limits,
            secret=options.secret,
            tokens=tokens,
            embed_origins=options.embed_origins,
            admins=_admins(options),
            figures=figures,
            proxies=Proxies(options.trusted_proxies),
        )
    except BaseException:
        if bus is not None:
            await bus.close()
        await store.close()
        raise
    return application, store.place


def _admins(options: Options) -> tuple[str, ...]:
    try:
        return tuple(login_name(login) for login in options.admins)
    except InvalidText:
        raise ChatError("--admin: expected logins of 3 to 32 letters, digits, . _ - @") from None


def _tokens(options: Options) -> Tokens | None:
    return Tokens(options.embed_secret) if options.embed_secret else None


async def _bus(options: Options) -> Bus:
    if options.redis is None:
        return Bus(limits=options.limits)
    try:
        bus = Bus(options.redis, options.limits)
    except ValueError as error:
        raise ChatError(f"--redis {error}") from None
    try:
        await bus.start()
    except ChatError as error:
        await bus.close()
        raise ChatError(f"{str(error).rstrip('.')} (redis-server starts one)") from None
    return bus


def _announcement(options: Options, sockets: list[socket.socket], more: str) -> str:
    return f"Fujita chat is open on {_url(options.address, sockets)} ({more}; Ctrl-C ends it)"


def _listen(options: Options) -> list[socket.socket]:
    try:
        return netutil.bind_sockets(options.port, options.address, backlog=_BACKLOG)
    except (OSError, ValueError, OverflowError) as error:
        place = _authority(options.address, options.port)
        raise ChatError(f"cannot listen on {place}: {_reason(error)}{_hint(error)}") from None


def _close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    # Errors of name resolution have negative numbers, which the system has no text for.
    return os.strerror(error.errno) if error.errno > 0 else error.strerror or str(error)


def _hint(error: Exception) -> str:
    hint = _HINTS.get(error.errno or 0) if isinstance(error, OSError) else None
    return f" ({hint})" if hint else ""


@contextmanager
def _signals(*, supervised: bool) -> Iterator[asyncio.Event]:
    """Yields an event that Ctrl-C and SIGTERM set; they do no more than that.

    A supervisor hands Ctrl-C on as SIGTERM, and ends by itself who takes too long.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGTERM] if supervised else [signal.SIGINT, signal.SIGTERM]
    former = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopped.set)
        if not supervised:
            # A second Ctrl-C does not wait for anything.
            signal.signal(number, signal.SIG_DFL)

    for number in former:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _url(address: str, sockets: list[socket.socket]) -> str:
    return f"http://{_authority(address or 'localhost', sockets[0].getsockname()[1])}"


def _authority(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _print(line: str) -> None:
    print(line, flush=True)

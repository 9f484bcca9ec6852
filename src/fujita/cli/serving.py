"""Serves an application in this process, or in workers that this one watches over."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from fujita.cli.certificate import Certificate
from fujita.cli.errors import CommandError, listening_hint

if TYPE_CHECKING:
    from fujita.process.supervised import SupervisedWorker

# While workers start, or one is replaced, clients wait in line.
_BACKLOG = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How an application is served.

    Attributes:
        name: What it is called in messages.
        load: Imports it; called in each worker, so that a renewed one runs what is there then.
        port: The port; 0 for any free one.
        address: The address to listen on.
        workers: The number of processes.
        grace: How many seconds they have to finish.
        certificate: The files of TLS, None for none.
    """

    name: str
    load: Callable[[], Any]
    port: int
    address: str
    workers: int
    grace: float
    certificate: Certificate | None


def serve_application(serving: Serving) -> None:
    """Serves until a signal ends the process.

    Raises:
        CommandError: The address cannot be listened on, or the certificate cannot be used.
    """
    if serving.certificate is not None:
        # What is wrong with it is said before a port is taken.
        serving.certificate.context()
    if serving.workers == 1:
        application = serving.load()
        sockets = _listen(serving)
        asyncio.run(_serve(serving, application, sockets, None))
        return
    if not hasattr(os, "fork"):
        raise CommandError("--workers: this system cannot fork processes")
    from fujita.process.supervisor import Supervisor

    sockets = _listen(serving)
    places = _urls(serving, sockets)
    supervisor = Supervisor(
        serving.workers,
        sockets,
        serving.grace,
        lambda sentence: click.echo(f"fujita: {sentence}", err=True),
        lambda: _announce(serving, places, f" with {serving.workers} workers"),
    )
    worker = supervisor.run()
    # Only the workers get here.
    asyncio.run(_serve(serving, serving.load(), sockets, worker))


async def _serve(
    serving: Serving,
    application: Any,
    sockets: list[socket.socket],
    worker: "SupervisedWorker | None",
) -> None:
    from fujita.httpserver import HTTPServer

    certificate = serving.certificate
    server = HTTPServer(application, ssl_options=certificate.context() if certificate else None)
    server.add_sockets(sockets)
    if worker is not None:
        worker.ready()
    else:
        if certificate is not None and hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, _renewal(certificate, asyncio.get_running_loop()))
        _announce(serving, _urls(serving, sockets), "")
    await asyncio.Event().wait()


def _renewal(
    certificate: Certificate, loop: asyncio.AbstractEventLoop
) -> Callable[[int, FrameType | None], None]:
    """Makes the handler of a signal that has the certificate's files read again."""

    def renew() -> None:
        try:
            certificate.renew()
        except CommandError as error:
            click.echo(f"fujita: {error.message}; the former certificate stays", err=True)
        else:
            click.echo("fujita: the certificate is renewed", err=True)

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(renew)

    return handle


def _listen(serving: Serving) -> list[socket.socket]:
    from fujita.netutil import bind_sockets

    try:
        return bind_sockets(serving.port, serving.address, backlog=_BACKLOG)
    except OSError as error:
        hint = listening_hint(error)
        raise CommandError(f"{error.strerror or error}{f' ({hint})' if hint else ''}") from None


def _urls(serving: Serving, sockets: list[socket.socket]) -> list[str]:
    scheme = "https" if serving.certificate else "http"
    urls = []
    for sock in sockets:
        host, port = sock.getsockname()[:2]
        urls.append(f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}")
    return urls


def _announce(serving: Serving, urls: list[str], how: str) -> None:
    for url in urls:
        click.echo(f"Serving {serving.name} on {url}{how} (Ctrl-C ends it)", err=True)

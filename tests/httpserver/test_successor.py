import asyncio

import pytest

from fujita.httpserver.exchange import ServerExchange
from fujita.httpserver.successor import SuccessorProtocol
from fujita.httputil import HTTPServerRequest
from tests.httpserver.raw import Happening, connect, get
from tests.sites import Serve


class Shouting(SuccessorProtocol):
    """Says all that it hears in capitals, and goodbye at the end."""

    def __init__(self, transport: asyncio.Transport, lost: Happening) -> None:
        self.transport = transport
        self.lost = lost

    def data_received(self, data: bytes) -> None:
        self.transport.write(data.upper())

    def shut_down(self) -> None:
        self.transport.write(b"BYE")
        self.transport.close()

    def abort(self) -> None:
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


def test_another_protocol_takes_over(serve: Serve) -> None:
    lost = Happening()

    def answer(request: HTTPServerRequest) -> None:
        exchange = request.connection
        assert isinstance(exchange, ServerExchange)
        assert exchange.protocol is not None
        successor = Shouting(exchange.protocol.transport, lost)
        rest = exchange.switch_protocols(successor)
        successor.data_received(b"rest: " + rest)

    site = serve(answer)
    # It is HTTP's no more: neither its phases nor its limits are kept.
    site.server.settings.idle_timeout = 0.05
    with connect(site) as client:
        client.send(get() + b"one\n")
        assert client.file.readline() == b"REST: ONE\n"
        site.run(lambda: asyncio.sleep(0.15))
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert client.file.readline() == b"GET / HTTP/1.1\r\n"
        assert client.file.readline() == b"\r\n"
        (connection,) = site.server.connections
        assert isinstance(connection, Shouting)
        # It is the server's to end all the same.
        drained = asyncio.run_coroutine_threadsafe(site.server.drain(5), site.loop)
        assert client.rest() == b"BYE"
        assert drained.result(5) == 0
    assert lost.happens()
    assert not site.server.connections


def test_the_interface() -> None:
    with pytest.raises(NotImplementedError):
        SuccessorProtocol().shut_down()
    with pytest.raises(NotImplementedError):
        SuccessorProtocol().abort()
    # Also one that no server has seen may lose its connection.
    SuccessorProtocol().connection_lost(None)

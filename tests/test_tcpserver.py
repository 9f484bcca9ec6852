import asyncio
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import fujita
from fujita.iostream import IOStream, StreamClosedError
from fujita.netutil import bind_sockets
from fujita.tcpserver import TCPServer
from fujita.testing import ExpectLog, bind_unused_port

FOLDER = Path(fujita.__file__).parent / "testing"
TLS = {"certfile": str(FOLDER / "localhost.crt"), "keyfile": str(FOLDER / "localhost.key")}


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 30))


class Echo(TCPServer):
    async def handle_stream(self, stream: IOStream, address: Any) -> None:
        try:
            while True:
                await stream.write(await stream.read_until(b"\n"))
        except StreamClosedError:
            pass


async def connect(port: int) -> IOStream:
    stream = IOStream(socket.socket())
    await stream.connect(("127.0.0.1", port))
    return stream


def port_of(server: TCPServer) -> int:
    (sock,) = server._sockets.values()
    port: int = sock.getsockname()[1]
    return port


async def check_echo(port: int) -> None:
    with closing(await connect(port)) as stream:
        await stream.write(b"hello\n")
        assert await stream.read_until(b"\n") == b"hello\n"


def test_listen_serves_at_once() -> None:
    async def main() -> None:
        server = Echo()
        server.listen(0, "127.0.0.1")
        await check_echo(port_of(server))
        server.stop()

    run(main())


def test_sockets_can_be_given() -> None:
    async def main() -> None:
        server = Echo()
        first, first_port = bind_unused_port()
        second, second_port = bind_unused_port()
        server.add_sockets([first])
        server.add_socket(second)
        await check_echo(first_port)
        await check_echo(second_port)
        server.stop()
        assert first.fileno() == second.fileno() == -1

    run(main())


def test_bound_ports_are_served_after_start() -> None:
    async def main() -> None:
        server = Echo()
        server.bind(0, "127.0.0.1")
        assert not server._sockets
        server.start()
        await check_echo(port_of(server))
        server.bind(0, "127.0.0.1")
        assert len(server._sockets) == 2
        with pytest.raises(RuntimeError, match="started already"):
            server.start()
        server.stop()

    run(main())


def test_a_port_in_use_is_named() -> None:
    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        port = sock.getsockname()[1]
        with closing(sock), pytest.raises(OSError, match=rf"127\.0\.0\.1:{port}"):
            TCPServer().listen(port, "127.0.0.1")

    run(main())


def test_stopping_twice_does_nothing_more() -> None:
    async def main() -> None:
        server = Echo()
        server.listen(0, "127.0.0.1")
        port = port_of(server)
        server.stop()
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

    run(main())


def test_connections_outlive_the_stop_and_the_server_can_listen_anew() -> None:
    async def main() -> None:
        server = Echo()
        server.listen(0, "127.0.0.1")
        stream = await connect(port_of(server))
        await stream.write(b"before\n")
        assert await stream.read_until(b"\n") == b"before\n"
        server.stop()
        await stream.write(b"after\n")
        assert await stream.read_until(b"\n") == b"after\n"
        stream.close()
        server.listen(0, "127.0.0.1")
        await check_echo(port_of(server))
        server.stop()

    run(main())


def test_the_streams_get_the_limits() -> None:
    async def main() -> None:
        given: asyncio.Future[IOStream] = asyncio.Future()

        class Server(TCPServer):
            def handle_stream(self, stream: IOStream, address: Any) -> None:
                given.set_result(stream)

        server = Server(max_buffer_size=1000, read_chunk_size=10)
        server.listen(0, "127.0.0.1")
        with closing(await connect(port_of(server))), closing(await given) as stream:
            assert (stream.max_buffer_size, stream.read_chunk_size) == (1000, 10)
        server.stop()

    run(main())


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_failure_is_logged_and_closes_the_connection(asynchronous: bool) -> None:
    kept: list[IOStream] = []

    class Server(TCPServer):
        def handle_stream(self, stream: IOStream, address: Any) -> Awaitable[None] | None:
            kept.append(stream)
            if not asynchronous:
                raise KeyError("at once")
            return self.fail()

        async def fail(self) -> None:
            await asyncio.sleep(0)
            raise KeyError("later")

    async def main() -> None:
        server = Server()
        server.listen(0, "127.0.0.1")
        text = "Exception in callback" if asynchronous else "Error in connection callback"
        with ExpectLog("tornado.application", text) as log:
            with closing(await connect(port_of(server))) as stream:
                assert await stream.read_until_close() == b""
            await asyncio.sleep(0)
        assert log.logged_stack
        server.stop()

    run(main())
    assert kept[0].closed()


def test_the_class_alone_serves_nothing() -> None:
    async def main() -> None:
        server = TCPServer()
        server.listen(0, "127.0.0.1")
        with (
            ExpectLog("tornado.application", "Error in connection callback"),
            closing(await connect(port_of(server))) as stream,
        ):
            assert await stream.read_until_close() == b""
        server.stop()

    run(main())


@pytest.mark.parametrize("kind", ["dictionary", "context", "assigned"])
def test_tls(kind: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS["certfile"], TLS["keyfile"])
    trusting = ssl.create_default_context(cafile=TLS["certfile"])

    async def main() -> None:
        if kind == "assigned":
            server = Echo()
            server.ssl_options = TLS
        else:
            server = Echo(ssl_options=TLS if kind == "dictionary" else context)
        server.listen(0, "127.0.0.1")
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port_of(server), ssl=trusting, server_hostname="localhost"
        )
        writer.write(b"hello\n")
        assert await reader.readline() == b"hello\n"
        writer.close()
        await writer.wait_closed()
        server.stop()

    run(main())


def test_unusable_tls_options_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="certfile"):
        TCPServer(ssl_options={"keyfile": TLS["keyfile"]})
    for options in (
        {"certfile": "/nowhere.crt"},
        {"certfile": TLS["certfile"], "keyfile": "/nowhere.key"},
    ):
        with pytest.raises(FileNotFoundError, match="/nowhere"):
            TCPServer(ssl_options=options)
    broken = tmp_path / "broken.crt"
    broken.write_text("nothing")
    with pytest.raises(ssl.SSLError, match="broken"):
        TCPServer(ssl_options={"certfile": str(broken)})


def run_program(code: str) -> str:
    """Runs a program that forks: here the loop and its threads are in the way."""
    code = textwrap.dedent(code)
    result = subprocess.run(
        # The parent ends inside start() and leaves its sockets to the system.
        [sys.executable, *("-W", "error", "-W", "ignore::ResourceWarning"), "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_start_can_fork() -> None:
    output = run_program("""
        import asyncio, os
        from fujita.process import task_id
        from fujita.tcpserver import TCPServer

        async def check():
            (sock,) = server._sockets.values()
            os.write(1, f"{task_id()} {sock.getsockname()[1]}\\n".encode())
            server.stop()

        server = TCPServer()
        server.bind(0, "127.0.0.1")
        server.start(2)
        from fujita.ioloop import IOLoop
        IOLoop.current().run_sync(check)
    """)
    (first, first_port), (second, second_port) = map(str.split, output.splitlines())
    assert sorted([first, second]) == ["0", "1"]
    assert first_port == second_port

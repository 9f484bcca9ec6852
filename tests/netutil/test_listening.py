import asyncio
import errno
import socket
from contextlib import closing
from typing import Any

import pytest

from fujita.ioloop import IOLoop
from fujita.netutil import add_accept_handler, bind_sockets
from fujita.netutil import listening as listening_module


def close_all(sockets: list[socket.socket]) -> None:
    for sock in sockets:
        sock.close()


def test_a_bound_socket_listens_and_does_not_block() -> None:
    (sock,) = bind_sockets(0, "127.0.0.1")
    with closing(sock):
        assert not sock.getblocking()
        assert not sock.get_inheritable()
        with closing(socket.create_connection(sock.getsockname())):
            pass


@pytest.mark.parametrize("address", [None, "", "localhost"])
def test_all_sockets_of_an_automatic_port_have_the_same(address: str | None) -> None:
    sockets = bind_sockets(0, address)
    try:
        assert len({sock.getsockname()[1] for sock in sockets}) == 1
    finally:
        close_all(sockets)


def test_the_family_can_be_chosen() -> None:
    sockets = bind_sockets(0, None, family=socket.AF_INET)
    try:
        assert [sock.family for sock in sockets] == [socket.AF_INET]
    finally:
        close_all(sockets)


def test_an_ipv6_socket_leaves_ipv4_alone() -> None:
    try:
        (sock,) = bind_sockets(0, "::1")
    except OSError as error:
        pytest.skip(f"no IPv6: {error}")
    with closing(sock):
        assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def test_a_port_in_use_is_named() -> None:
    (sock,) = bind_sockets(0, "127.0.0.1")
    with closing(sock):
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{port}") as caught:
            bind_sockets(port, "127.0.0.1")
    assert caught.value.errno == errno.EADDRINUSE


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1:0") as caught:
        bind_sockets(0, "192.0.2.1")
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_a_host_that_does_not_resolve_is_named() -> None:
    with pytest.raises(socket.gaierror, match="cannot resolve 'no such host'"):
        bind_sockets(0, "no such host")
    with pytest.raises(socket.gaierror, match="not a host name"):
        bind_sockets(0, "a..b")


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(OSError, match=f"port must be 0 to 65535, not {port}"):
        bind_sockets(port, "127.0.0.1")


def test_two_sockets_can_share_a_port_if_both_want_to() -> None:
    first = bind_sockets(0, "127.0.0.1", reuse_port=True)
    port = first[0].getsockname()[1]
    second = bind_sockets(port, "127.0.0.1", reuse_port=True)
    close_all(first + second)
    assert second[0] is not first[0]


def test_sharing_a_port_needs_the_platform_s_support(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_REUSEPORT")
    with pytest.raises(ValueError, match="SO_REUSEPORT"):
        bind_sockets(0, "127.0.0.1", reuse_port=True)


def addresses(*hosts: str) -> Any:
    """A stand-in for ``getaddrinfo()`` that knows these addresses."""

    def getaddrinfo(host: str, port: int, *args: object, **kwargs: object) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in hosts
        ]

    return getaddrinfo


def test_when_one_address_fails_the_others_are_closed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[socket.socket] = []
    listen = listening_module._listen

    def recording(*args: Any) -> socket.socket:
        opened.append(listen(*args))
        return opened[-1]

    monkeypatch.setattr(listening_module, "_listen", recording)
    monkeypatch.setattr(socket, "getaddrinfo", addresses("127.0.0.1", "192.0.2.1"))
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        bind_sockets(0, "somewhere")
    assert [sock.fileno() for sock in opened] == [-1]


def test_localhost_may_lack_its_ipv6_address(monkeypatch: pytest.MonkeyPatch) -> None:
    # An address that no machine has stands for a ::1 that this one lacks.
    monkeypatch.setattr(socket, "getaddrinfo", addresses("127.0.0.1", "2001:db8::1"))
    (sock,) = bind_sockets(0, "localhost")
    with closing(sock):
        assert sock.family == socket.AF_INET
    with pytest.raises(OSError, match=r"\[2001:db8::1\]"):
        bind_sockets(0, "example")


def test_no_address_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", addresses("2001:db8::1"))
    with pytest.raises(OSError, match=r"cannot listen on \[2001:db8::1\]"):
        bind_sockets(0, "localhost")


def test_an_automatic_port_that_somebody_takes_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listen = listening_module._listen
    refusals = [OSError(errno.EADDRINUSE, "taken"), OSError(errno.EADDRINUSE, "taken")]

    def refusing(*args: Any) -> socket.socket:
        if refusals:
            raise refusals.pop()
        return listen(*args)

    monkeypatch.setattr(listening_module, "_listen", refusing)
    close_all(bind_sockets(0, "127.0.0.1"))
    assert not refusals


def test_connections_are_accepted_until_removed() -> None:
    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        accepted: asyncio.Queue[tuple[socket.socket, Any]] = asyncio.Queue()
        remove = add_accept_handler(sock, lambda *connection: accepted.put_nowait(connection))
        with closing(sock), closing(socket.create_connection(sock.getsockname())) as client:
            connection, address = await accepted.get()
            with connection:
                assert address == client.getsockname()
            remove()
            remove()
            with closing(socket.create_connection(sock.getsockname())):
                for _ in range(3):
                    await asyncio.sleep(0)
                assert accepted.empty()

    asyncio.run(main())


def test_a_callback_may_remove_the_handler_and_close_the_socket() -> None:
    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        accepted: list[socket.socket] = []
        done = asyncio.Event()

        def stop_at_once(connection: socket.socket, address: Any) -> None:
            accepted.append(connection)
            remove()
            sock.close()
            done.set()

        clients = [socket.create_connection(sock.getsockname()) for _ in range(3)]
        remove = add_accept_handler(sock, stop_at_once)
        await done.wait()
        assert len(accepted) == 1
        close_all(clients + accepted)

    asyncio.run(main())


class ExhaustedSocket:
    """A listening socket whose process has no file descriptor left for a while."""

    def __init__(self, sock: socket.socket, failures: list[OSError]) -> None:
        self.sock = sock
        self.failures = failures

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        self.sock.close()

    def getsockname(self) -> Any:
        return self.sock.getsockname()

    def accept(self) -> tuple[socket.socket, Any]:
        if self.failures:
            raise self.failures.pop()
        return self.sock.accept()


def test_accepting_rests_while_there_are_no_file_descriptors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening_module, "_PAUSE_WHEN_OUT_OF_RESOURCES", 0.01)

    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        tired: Any = ExhaustedSocket(sock, [OSError(errno.EMFILE, "Too many open files")])
        accepted: asyncio.Future[socket.socket] = asyncio.Future()
        remove = add_accept_handler(tired, lambda connection, _: accepted.set_result(connection))
        with closing(sock), closing(socket.create_connection(sock.getsockname())):
            (await accepted).close()
            remove()

    asyncio.run(main())
    (record,) = caplog.records
    assert "Too many open files" in record.getMessage()
    assert "127.0.0.1:" in record.getMessage()


def test_a_resting_handler_can_be_removed() -> None:
    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        tired: Any = ExhaustedSocket(sock, [OSError(errno.ENFILE, "no more")] * 2)
        remove = add_accept_handler(tired, lambda *_: None)
        with closing(sock), closing(socket.create_connection(sock.getsockname())):
            while len(tired.failures) == 2:
                await asyncio.sleep(0)
            remove()
            # The socket is the loop's to watch again, had the handler not let it go.
            IOLoop.current().add_handler(sock, lambda *_: None, IOLoop.READ)
            IOLoop.current().remove_handler(sock)
        assert len(tired.failures) == 1

    asyncio.run(main())


def test_a_client_that_went_away_is_passed_over() -> None:
    async def main() -> None:
        (sock,) = bind_sockets(0, "127.0.0.1")
        shaky: Any = ExhaustedSocket(sock, [ConnectionAbortedError(errno.ECONNABORTED, "gone")])
        accepted: asyncio.Future[socket.socket] = asyncio.Future()
        remove = add_accept_handler(shaky, lambda connection, _: accepted.set_result(connection))
        with closing(sock), closing(socket.create_connection(sock.getsockname())):
            (await accepted).close()
            remove()

    asyncio.run(main())

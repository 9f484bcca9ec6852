import socket
from contextlib import closing

from fujita.netutil import bind_sockets
from fujita.testing import bind_unused_port


def test_the_port_is_the_socket_s_and_listens() -> None:
    sock, port = bind_unused_port()
    with closing(sock):
        assert sock.getsockname() == ("127.0.0.1", port)
        assert not sock.getblocking()
        socket.create_connection(("127.0.0.1", port)).close()


def test_another_address_can_be_chosen() -> None:
    sock, port = bind_unused_port(address="0.0.0.0")
    with closing(sock):
        assert sock.getsockname() == ("0.0.0.0", port)


def test_the_port_can_be_shared() -> None:
    sock, port = bind_unused_port(reuse_port=True)
    with closing(sock), closing(bind_sockets(port, "127.0.0.1", reuse_port=True)[0]):
        pass

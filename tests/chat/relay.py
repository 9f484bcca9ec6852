"""A network between a browser and a server, which can be cut."""

import socket
import threading
from types import TracebackType
from typing import Self


class Relay:
    """Hands on what comes to its port.

    Args:
        target: The port of the server, on this machine.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._sockets: list[socket.socket] = []
        self._passes = threading.Event()
        self._passes.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _end(self._listener)
        self.cut()
        self._passes.set()

    def cut(self) -> None:
        """Ends all connections; new ones are taken."""
        sockets, self._sockets = self._sockets, []
        for each in sockets:
            _end(each)

    def silence(self) -> None:
        """Lets nothing through any more, and tells nobody."""
        self._passes.clear()

    def resume(self) -> None:
        """Lets everything through again but on connections of before, which are forgotten."""
        self.cut()
        self._passes.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                self._passes.wait()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._sockets += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                self._passes.wait()
                other.sendall(data)
        except OSError:
            pass
        _end(one)
        _end(other)


def _end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()

"""Runs libcurl's transfers on the loop."""

from collections.abc import Callable
from typing import Any

import pycurl

from fujita.ioloop import IOLoop

_EVENTS = {
    pycurl.POLL_NONE: 0,
    pycurl.POLL_IN: IOLoop.READ,
    pycurl.POLL_OUT: IOLoop.WRITE,
    pycurl.POLL_INOUT: IOLoop.READ | IOLoop.WRITE,
}

Completed = Callable[[Any, int, str], None]
"""Is told a handle, libcurl's error number (0 for none) and its description."""


class Multi:
    """A ``pycurl.CurlMulti`` that the loop tells of sockets and of the time.

    Source: https://curl.se/libcurl/c/libcurl-multi.html, "multi_socket".

    Args:
        io_loop: The loop.
        completed: Is called for each handle whose transfer is over.
    """

    __slots__ = ("_completed", "_io_loop", "_multi", "_sockets", "_timer")

    def __init__(self, io_loop: IOLoop, completed: Completed) -> None:
        self._io_loop = io_loop
        self._completed = completed
        self._sockets: set[int] = set()
        self._timer: object | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self.schedule)

    def add(self, curl: Any) -> None:
        """Begins the transfer of a handle."""
        self._multi.add_handle(curl)

    def remove(self, curl: Any) -> None:
        """Ends the transfer of a handle, be it over or not."""
        self._multi.remove_handle(curl)

    def schedule(self, milliseconds: int) -> None:
        """Lets libcurl look at the time after so many milliseconds; -1 is for never."""
        if self._timer is not None:
            self._io_loop.remove_timeout(self._timer)
            self._timer = None
        if milliseconds >= 0:
            self._timer = self._io_loop.call_later(milliseconds / 1000, self._time_is_up)

    def close(self) -> None:
        """Forgets all connections. No handle may be left."""
        self.schedule(-1)
        for fd in self._sockets:
            self._io_loop.remove_handler(fd)
        self._sockets.clear()
        self._multi.close()

    def _watch(self, event: int, fd: int, multi: Any, data: Any) -> None:
        """Hears from libcurl what it waits for on a socket."""
        # Never an update: libcurl may have closed the socket and opened another of the same number
        # without a word, and then the system has forgotten what was asked of it.
        if fd in self._sockets:
            self._sockets.remove(fd)
            self._io_loop.remove_handler(fd)
        if event != pycurl.POLL_REMOVE:
            self._io_loop.add_handler(fd, self._is_ready, _EVENTS[event])
            self._sockets.add(fd)

    def _is_ready(self, fd: int, events: int) -> None:
        action = 0
        if events & IOLoop.READ:
            action |= pycurl.CSELECT_IN
        if events & IOLoop.WRITE:
            action |= pycurl.CSELECT_OUT
        self._act(fd, action)

    def _time_is_up(self) -> None:
        self._timer = None
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, fd: int, action: int) -> None:
        self._multi.socket_action(fd, action)
        over: list[tuple[Any, int, str]] = []
        remaining = 1
        while remaining:
            remaining, succeeded, failed = self._multi.info_read()
            over += [(curl, 0, "") for curl in succeeded]
            over += failed
        for curl, errno, message in over:
            self._completed(curl, errno, message)

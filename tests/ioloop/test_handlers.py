import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from fujita.ioloop import IOLoop


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    with near, far:
        yield near, far


Pair = tuple[socket.socket, socket.socket]


def test_handler_gets_what_was_added(io_loop: IOLoop, pair: Pair) -> None:
    near, far = pair
    seen: list[object] = []

    def readable(fd: int | socket.socket, events: int) -> None:
        seen.append((fd, events))
        near.recv(10)
        io_loop.stop()

    far.send(b"x")
    io_loop.add_handler(near, readable, IOLoop.READ)
    io_loop.start()
    io_loop.remove_handler(near)
    far.send(b"x")
    io_loop.add_handler(near.fileno(), readable, IOLoop.READ)
    io_loop.start()
    io_loop.remove_handler(near.fileno())
    assert seen == [(near, IOLoop.READ), (near.fileno(), IOLoop.READ)]


def test_update_changes_what_is_waited_for(io_loop: IOLoop, pair: Pair) -> None:
    near, far = pair
    seen: list[int] = []

    def ready(fd: socket.socket, events: int) -> None:
        seen.append(events)
        if events == IOLoop.WRITE:
            io_loop.update_handler(fd, IOLoop.READ)
            far.send(b"x")
        else:
            io_loop.update_handler(fd, IOLoop.NONE)
            io_loop.call_later(0.005, io_loop.stop)

    io_loop.add_handler(near, ready, IOLoop.WRITE)
    io_loop.start()
    assert seen == [IOLoop.WRITE, IOLoop.READ]
    assert not io_loop.readers  # type: ignore[attr-defined]
    assert not io_loop.writers  # type: ignore[attr-defined]
    io_loop.remove_handler(near)


def test_event_lasts_until_it_is_dealt_with(io_loop: IOLoop, pair: Pair) -> None:
    near, far = pair
    seen: list[bytes] = []

    def readable(fd: socket.socket, events: int) -> None:
        seen.append(fd.recv(1))
        if len(seen) == 3:
            io_loop.stop()

    far.send(b"abc")
    io_loop.add_handler(near, readable, IOLoop.READ)
    io_loop.start()
    io_loop.remove_handler(near)
    assert seen == [b"a", b"b", b"c"]


def test_hang_up_shows_as_readable(io_loop: IOLoop, pair: Pair) -> None:
    near, far = pair
    seen: list[bytes] = []

    def readable(fd: socket.socket, events: int) -> None:
        seen.append(fd.recv(10))
        io_loop.remove_handler(fd)
        io_loop.stop()

    io_loop.add_handler(near, readable, IOLoop.READ | IOLoop.ERROR)
    io_loop.add_callback(far.close)
    io_loop.start()
    assert seen == [b""]


def test_handler_that_removes_another_one(io_loop: IOLoop, pair: Pair) -> None:
    near, far = pair
    near.send(b"x")
    far.send(b"x")
    seen: list[socket.socket] = []

    def readable(fd: socket.socket, events: int) -> None:
        seen.append(fd)
        fd.recv(10)
        io_loop.remove_handler(far if fd is near else near)

    io_loop.add_handler(near, readable, IOLoop.READ)
    io_loop.add_handler(far, readable, IOLoop.READ)
    io_loop.call_later(0.01, io_loop.stop)
    io_loop.start()
    assert len(seen) == 1
    io_loop.remove_handler(seen[0])


def test_second_handler_of_one_descriptor_is_refused(io_loop: IOLoop, pair: Pair) -> None:
    near, _ = pair
    io_loop.add_handler(near, print, IOLoop.READ)
    for same in near, near.fileno():
        with pytest.raises(ValueError, match=f"fd {near.fileno()} added twice"):
            io_loop.add_handler(same, print, IOLoop.READ)
    io_loop.remove_handler(near)
    io_loop.add_handler(near, print, IOLoop.READ)
    io_loop.remove_handler(near)


def test_removal_and_update_without_a_handler(io_loop: IOLoop, pair: Pair) -> None:
    near, _ = pair
    io_loop.remove_handler(near)
    io_loop.update_handler(near, IOLoop.READ)
    assert not io_loop.handlers  # type: ignore[attr-defined]


def test_failed_add_leaves_nothing_behind(io_loop: IOLoop) -> None:
    closed = socket.socket()
    closed.close()
    with pytest.raises(ValueError):
        io_loop.add_handler(closed, print, IOLoop.READ)
    assert not io_loop.handlers  # type: ignore[attr-defined]


def test_descriptor_closed_without_removal(io_loop: IOLoop, pair: Pair) -> None:
    near, _ = pair
    number = near.fileno()
    seen: list[bytes] = []
    io_loop.add_handler(number, lambda fd, events: seen.append(b"old"), IOLoop.READ)
    near.close()
    io_loop.call_later(0.001, io_loop.stop)
    io_loop.start()
    io_loop.remove_handler(number)
    again, other = socket.socketpair()
    with again, other:

        def readable(fd: socket.socket, events: int) -> None:
            seen.append(fd.recv(10))
            io_loop.remove_handler(fd)
            io_loop.stop()

        # The descriptor's number is given out anew, and must not meet the old handler.
        assert again.fileno() == number
        other.send(b"new")
        io_loop.add_handler(again, readable, IOLoop.READ)
        io_loop.start()
    assert seen == [b"new"]


def test_close_closes_what_is_watched_if_asked(kind: str) -> None:
    near, far = socket.socketpair()
    io_loop = IOLoop(make_current=False)
    io_loop.add_handler(near, print, IOLoop.READ)
    io_loop.add_handler(far.fileno(), print, IOLoop.WRITE)
    io_loop.close(all_fds=True)
    assert near.fileno() == -1
    with pytest.raises(OSError):
        far.getpeername()
    far.detach()


def test_close_leaves_what_is_watched_open(kind: str, pair: Pair) -> None:
    near, far = pair
    io_loop = IOLoop(make_current=False)
    io_loop.add_handler(near, print, IOLoop.READ)
    io_loop.close()
    far.send(b"x")
    assert near.recv(10) == b"x"


def test_close_fd_forgives_what_is_closed(io_loop: IOLoop) -> None:
    near, far = socket.socketpair()
    number = near.detach()
    io_loop.close_fd(number)
    io_loop.close_fd(number)
    io_loop.close_fd(far)
    io_loop.close_fd(far)
    assert far.fileno() == -1
    assert io_loop.split_fd(7) == (7, 7)


def test_watched_terminal_keeps_its_blocking_mode(io_loop: IOLoop) -> None:
    near, far = os.openpty()
    try:
        io_loop.add_handler(near, print, IOLoop.READ)
        assert os.get_blocking(near)
        io_loop.update_handler(near, IOLoop.WRITE)
        assert os.get_blocking(near)
        io_loop.remove_handler(near)
        assert os.get_blocking(near)
    finally:
        os.close(near)
        os.close(far)


def test_descriptor_that_is_not_open_cannot_be_watched(io_loop: IOLoop) -> None:
    near, far = os.pipe()
    os.close(near)
    os.close(far)
    with pytest.raises(OSError, match="Bad file descriptor"):
        io_loop.add_handler(near, print, IOLoop.READ)


def test_loop_closes_although_what_it_watches_is_closed_already(kind: str) -> None:
    class Closed:
        def __init__(self, sock: socket.socket) -> None:
            self.sock: socket.socket | None = sock

        def fileno(self) -> int:
            if self.sock is None:
                raise ValueError("closed")
            return self.sock.fileno()

        def close(self) -> None:
            if self.sock is not None:
                self.sock.close()
            self.sock = None

    near, far = socket.socketpair()
    io_loop = IOLoop(make_current=False)
    watched = Closed(near)
    with far:
        io_loop.add_handler(watched, print, IOLoop.READ)
        watched.close()
        io_loop.close(all_fds=True)


class WaitingLoop:
    """A loop that waits in a thread of its own for what never comes."""

    def __init__(self, io_loop: IOLoop) -> None:
        self.io_loop = io_loop
        self.thread = threading.Thread(target=io_loop.start)

    def __enter__(self) -> IOLoop:
        self.thread.start()
        self.turn()
        return self.io_loop

    def __exit__(self, *error: object) -> None:
        self.io_loop.add_callback(self.io_loop.stop)
        self.thread.join(5)

    def turn(self, callback: Callable[[], None] = lambda: None) -> None:
        """Calls something on the loop and waits until that is done."""
        done = threading.Event()
        self.io_loop.add_callback(callback)
        self.io_loop.add_callback(done.set)
        assert done.wait(5)


def test_handler_that_another_thread_adds_while_the_loop_waits(io_loop: IOLoop, pair: Pair) -> None:
    # ipyparallel's engine opens a ZMQStream on the loop of a thread that runs already.
    near, far = pair
    seen: list[bytes] = []
    arrived = threading.Event()

    def readable(fd: socket.socket, events: int) -> None:
        seen.append(fd.recv(10))
        arrived.set()

    waiting = WaitingLoop(io_loop)
    with waiting:
        io_loop.add_handler(near, readable, IOLoop.READ)
        far.send(b"one")
        assert arrived.wait(5)
        arrived.clear()
        io_loop.update_handler(near, IOLoop.NONE)
        waiting.turn()
        far.send(b"two")
        waiting.turn()
        assert seen == [b"one"]
        io_loop.update_handler(near, IOLoop.READ)
        assert arrived.wait(5)
        io_loop.remove_handler(near)
        waiting.turn()
        far.send(b"three")
        waiting.turn()
    assert seen == [b"one", b"two"]
    assert not io_loop.readers  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(os, "eventfd"), reason="Linux only")
def test_descriptor_that_tells_of_a_change_only_once(io_loop: IOLoop) -> None:
    # As ZeroMQ's descriptors: readable once, for any number of messages, until it is asked.
    counter = os.eventfd(0, os.EFD_NONBLOCK)
    seen: list[int] = []
    arrived = threading.Event()

    def readable(fd: int, events: int) -> None:
        seen.append(os.eventfd_read(fd))
        # A stream that changes what it waits for, back and forth, within one turn.
        io_loop.update_handler(fd, IOLoop.NONE)
        os.eventfd_write(fd, 1)
        io_loop.update_handler(fd, IOLoop.READ)
        if len(seen) == 5:
            io_loop.remove_handler(fd)
            arrived.set()

    try:
        with WaitingLoop(io_loop):
            io_loop.add_handler(counter, readable, IOLoop.READ)
            os.eventfd_write(counter, 3)
            assert arrived.wait(5)
    finally:
        os.close(counter)
    assert seen == [3, 1, 1, 1, 1]


def test_descriptor_number_that_another_thread_gives_away_and_gets_again(
    io_loop: IOLoop, pair: Pair
) -> None:
    near, far = pair
    seen: list[str] = []
    arrived = threading.Event()

    def handler(name: str) -> Callable[[socket.socket, int], None]:
        def readable(fd: socket.socket, events: int) -> None:
            fd.recv(10)
            seen.append(name)
            arrived.set()

        return readable

    release = threading.Event()
    waiting = WaitingLoop(io_loop)
    with waiting:
        io_loop.add_handler(near, handler("first"), IOLoop.READ)
        waiting.turn()
        # The loop has no chance to do one change before the next is asked for.
        io_loop.add_callback(release.wait, 5)
        io_loop.remove_handler(near)
        io_loop.add_handler(near, handler("second"), IOLoop.READ)
        release.set()
        waiting.turn()
        far.send(b"x")
        assert arrived.wait(5)
        arrived.clear()
        io_loop.remove_handler(near)
        waiting.turn(lambda: io_loop.add_handler(near, handler("third"), IOLoop.READ))
        far.send(b"x")
        assert arrived.wait(5)
        io_loop.remove_handler(near)
        waiting.turn()
    assert seen == ["second", "third"]


def test_another_thread_is_told_of_a_descriptor_that_is_not_open(io_loop: IOLoop) -> None:
    near, far = os.pipe()
    os.close(near)
    os.close(far)
    with WaitingLoop(io_loop):
        with pytest.raises(OSError, match="Bad file descriptor"):
            io_loop.add_handler(near, print, IOLoop.READ)
        io_loop.add_handler(0, print, IOLoop.NONE)
        io_loop.remove_handler(0)
    assert not io_loop.handlers  # type: ignore[attr-defined]

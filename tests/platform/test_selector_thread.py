import asyncio
import contextvars
import gc
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from fujita.ioloop import IOLoop
from fujita.platform import selector_thread
from fujita.platform.asyncio import AddThreadSelectorEventLoop, SelectorThread
from tests.loop_kinds import FACTORIES, KINDS

Factory = Callable[[], asyncio.AbstractEventLoop]


class ReaderlessLoop(asyncio.SelectorEventLoop):
    """Lacks what the proactor loop of Windows lacks."""

    add_reader = asyncio.AbstractEventLoop.add_reader
    add_writer = asyncio.AbstractEventLoop.add_writer
    remove_reader = asyncio.AbstractEventLoop.remove_reader
    remove_writer = asyncio.AbstractEventLoop.remove_writer


@pytest.fixture
def loop(kind: str) -> Iterator[asyncio.AbstractEventLoop]:
    loop = FACTORIES[kind]()
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    with near, far:
        yield near, far


Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    names = [thread.name for thread in threading.enumerate()]
    assert "Fujita selector" not in names
    assert not selector_thread._selector_loops


def test_reader_is_called_as_long_as_there_is_something(
    loop: asyncio.AbstractEventLoop, pair: Pair
) -> None:
    near, far = pair

    async def main() -> None:
        selector = SelectorThread(loop)
        done = asyncio.Event()
        seen: list[tuple[bytes, bool, int]] = []

        def readable(word: str, number: int) -> None:
            in_loop = threading.current_thread() is threading.main_thread()
            seen.append((near.recv(1), in_loop, number))
            if len(seen) == 3:
                done.set()

        far.send(b"abc")
        selector.add_reader(near, readable, "word", 3)
        await done.wait()
        assert seen == [(b"a", True, 3), (b"b", True, 3), (b"c", True, 3)]
        assert selector.remove_reader(near)
        assert not selector.remove_reader(near)
        selector.close()

    loop.run_until_complete(main())


def test_writer_and_reader_of_one_socket(loop: asyncio.AbstractEventLoop, pair: Pair) -> None:
    near, far = pair

    async def main() -> None:
        selector = SelectorThread(loop)
        received: asyncio.Future[bytes] = loop.create_future()

        def writable() -> None:
            assert selector.remove_writer(near.fileno())
            assert not selector.remove_writer(near.fileno())
            far.send(b"hello")

        selector.add_writer(near.fileno(), writable)
        selector.add_reader(near.fileno(), lambda: received.set_result(near.recv(10)))
        assert await received == b"hello"
        selector.remove_reader(near.fileno())
        selector.close()

    loop.run_until_complete(main())


def test_callback_that_removes_another_one(loop: asyncio.AbstractEventLoop, pair: Pair) -> None:
    near, far = pair
    near.send(b"x")
    far.send(b"x")

    async def main() -> None:
        selector = SelectorThread(loop)
        seen: list[socket.socket] = []
        done = asyncio.Event()

        def readable(this: socket.socket, other: socket.socket) -> None:
            seen.append(this)
            this.recv(10)
            selector.remove_reader(other)
            loop.call_later(0.005, done.set)

        selector.add_reader(near, readable, near, far)
        selector.add_reader(far, readable, far, near)
        await done.wait()
        assert len(seen) == 1
        selector.close()

    loop.run_until_complete(main())


def test_callback_has_the_context_of_who_added_it(
    loop: asyncio.AbstractEventLoop, pair: Pair
) -> None:
    near, far = pair
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    async def main() -> None:
        selector = SelectorThread(loop)
        seen: asyncio.Future[str] = loop.create_future()
        variable.set("mine")

        def readable() -> None:
            near.recv(10)
            seen.set_result(variable.get())

        selector.add_reader(near, readable)
        variable.set("changed since")
        far.send(b"x")
        assert await seen == "mine"
        selector.close()

    loop.run_until_complete(main())


def test_exception_in_a_callback_is_reported_and_the_rest_is_served(
    loop: asyncio.AbstractEventLoop, pair: Pair
) -> None:
    near, far = pair
    reported: list[object] = []
    loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))

    async def main() -> None:
        selector = SelectorThread(loop)
        received: asyncio.Future[bytes] = loop.create_future()

        def broken() -> None:
            near.recv(10)
            selector.add_reader(near, lambda: received.set_result(near.recv(10)))
            far.send(b"second")
            raise LookupError("lost")

        selector.add_reader(near, broken)
        far.send(b"first")
        assert await received == b"second"
        selector.close()

    loop.run_until_complete(main())
    (error,) = reported
    assert isinstance(error, LookupError)


def test_descriptor_closed_without_removal_disturbs_nobody(
    loop: asyncio.AbstractEventLoop, pair: Pair
) -> None:
    near, far = pair

    async def main() -> None:
        selector = SelectorThread(loop)
        closed, other = socket.socketpair()
        selector.add_reader(closed.fileno(), lambda: None)
        selector.add_writer(other, lambda: selector.remove_writer(other))
        selector.add_reader(closed, lambda: None)
        closed.close()
        received: asyncio.Future[bytes] = loop.create_future()
        selector.add_reader(near, lambda: received.set_result(near.recv(10)))
        far.send(b"x")
        assert await received == b"x"
        other.close()
        selector.close()

    loop.run_until_complete(main())


def test_shutdown_of_the_loop_ends_the_thread(
    loop: asyncio.AbstractEventLoop,
) -> None:
    async def main() -> SelectorThread:
        selector = SelectorThread(loop)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert selector._thread is not None
        assert selector._thread.is_alive()
        return selector

    selector = loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_asyncgens())
    assert selector._thread is not None
    assert not selector._thread.is_alive()
    assert selector._waker_r.fileno() == -1
    selector.close()


def test_interpreters_end_ends_the_thread(loop: asyncio.AbstractEventLoop) -> None:
    selector = SelectorThread(loop)
    loop.run_until_complete(asyncio.sleep(0.001))
    thread = selector._thread
    assert thread is not None
    selector_thread._atexit_callback()
    assert not thread.is_alive()
    selector.close()


@pytest.mark.parametrize("turns", [0, 1])
def test_close_before_the_thread_has_started(
    kind: str, turns: int, caplog: pytest.LogCaptureFixture
) -> None:
    loop = FACTORIES[kind]()
    selector = SelectorThread(loop)
    if turns:
        loop.call_soon(loop.stop)
        loop.run_forever()
    selector.close()
    loop.close()
    del loop, selector
    gc.collect()
    assert not caplog.records


def test_added_loop_is_the_real_one_in_all_else(kind: str, pair: Pair) -> None:
    near, far = pair
    real = FACTORIES[kind]()
    loop = AddThreadSelectorEventLoop(real)  # type: ignore[abstract]
    received: asyncio.Future[bytes] = loop.create_future()
    assert received.get_loop() is real
    loop.add_reader(near, lambda: received.set_result(near.recv(10)))
    loop.add_writer(far, far.send, b"x")
    assert loop.run_until_complete(received) == b"x"
    assert loop.remove_reader(near)
    assert loop.remove_writer(far)
    loop.close()
    assert real.is_closed()
    loop.close()


def test_io_loop_over_a_loop_without_readers(pair: Pair) -> None:
    near, far = pair
    io_loop = IOLoop(asyncio_loop=ReaderlessLoop(), make_current=False)
    assert isinstance(io_loop.selector_loop, SelectorThread)  # type: ignore[attr-defined]
    seen: list[tuple[object, int, bytes]] = []

    def ready(fd: socket.socket, events: int) -> None:
        if events == IOLoop.WRITE:
            io_loop.update_handler(fd, IOLoop.READ)
            far.send(b"x")
        else:
            seen.append((fd, events, fd.recv(10)))
            io_loop.stop()

    io_loop.add_handler(near, ready, IOLoop.WRITE)
    io_loop.start()
    assert seen == [(near, IOLoop.READ, b"x")]
    io_loop.close(all_fds=True)
    assert near.fileno() == -1


def test_current_io_loop_of_a_run_without_readers() -> None:
    async def main() -> None:
        assert isinstance(IOLoop.current(), IOLoop)
        await asyncio.sleep(0.001)

    # The runner closes the loop's generators, and so ends the thread.
    with asyncio.Runner(loop_factory=ReaderlessLoop) as runner:
        runner.run(main())


def test_every_kind_that_has_readers_uses_them() -> None:
    for kind in KINDS:
        io_loop = IOLoop(asyncio_loop=FACTORIES[kind](), make_current=False)
        assert io_loop.selector_loop is io_loop.asyncio_loop  # type: ignore[attr-defined]
        io_loop.close()

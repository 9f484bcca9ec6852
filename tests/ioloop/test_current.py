import asyncio
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent import futures

import pytest

from fujita.ioloop import IOLoop
from fujita.platform.asyncio import AsyncIOLoop, AsyncIOMainLoop
from tests.loop_kinds import FACTORIES, run


@pytest.fixture
def thread() -> Iterator[futures.ThreadPoolExecutor]:
    """A thread that has no loop yet."""
    with futures.ThreadPoolExecutor(1) as pool:
        yield pool


def test_current_wraps_the_loop_that_runs(kind: str) -> None:
    async def main() -> None:
        assert IOLoop.current(instance=False) is None
        io_loop = IOLoop.current()
        assert io_loop.asyncio_loop is asyncio.get_running_loop()
        assert isinstance(io_loop, AsyncIOMainLoop)
        assert IOLoop.current() is io_loop
        assert IOLoop.instance() is io_loop
        assert IOLoop.current(instance=False) is io_loop

    run(kind, main)


def test_current_makes_and_sets_a_loop_where_there_is_none(
    kind: str, thread: futures.ThreadPoolExecutor
) -> None:
    def make() -> None:
        assert IOLoop.current(instance=False) is None
        io_loop = IOLoop.current()
        assert type(io_loop.asyncio_loop).__module__.partition(".")[0] == kind
        assert asyncio.get_event_loop() is io_loop.asyncio_loop
        assert IOLoop.current() is io_loop
        io_loop.add_callback(io_loop.stop)
        io_loop.start()
        io_loop.close()

    thread.submit(make).result()


def test_new_loop_is_current_if_asked(kind: str, thread: futures.ThreadPoolExecutor) -> None:
    def make() -> None:
        first = IOLoop()
        assert isinstance(first, AsyncIOLoop)
        assert IOLoop.current() is first
        second = IOLoop(make_current=True)
        third = IOLoop(make_current=False)
        assert IOLoop.current() is second
        assert third.run_sync(lambda: asyncio.sleep(0, IOLoop.current())) is third
        assert IOLoop.current() is second
        third.close()
        second.close()
        assert IOLoop.current() is first
        first.close()
        assert IOLoop.current(instance=False) is None

    thread.submit(make).result()


def test_deprecated_ways_of_being_current(kind: str, thread: futures.ThreadPoolExecutor) -> None:
    def make() -> None:
        io_loop = IOLoop(make_current=False)
        become: Callable[[], None]
        leave: Callable[[], None]
        for become, leave in (
            (io_loop.make_current, IOLoop.clear_current),
            (io_loop.install, IOLoop.clear_instance),
        ):
            with pytest.warns(DeprecationWarning, match="make_current is deprecated"):
                become()
            assert IOLoop.current() is io_loop
            with pytest.warns(DeprecationWarning, match="clear_current is deprecated"):
                leave()
            assert IOLoop.current(instance=False) is None
        with pytest.warns(DeprecationWarning, match="clear_current is deprecated"):
            IOLoop.clear_current()
        io_loop.close()

    thread.submit(make).result()


def test_asyncio_loop_that_is_given(kind: str) -> None:
    asyncio_loop = FACTORIES[kind]()
    io_loop = IOLoop(asyncio_loop=asyncio_loop, make_current=False)
    assert io_loop.asyncio_loop is asyncio_loop
    with pytest.raises(RuntimeError, match="already associated with asyncio loop"):
        IOLoop(asyncio_loop=asyncio_loop, make_current=False)
    assert not asyncio_loop.is_closed()
    io_loop.close()
    assert asyncio_loop.is_closed()


def test_unknown_arguments_are_refused(kind: str) -> None:
    known = len(IOLoop._ioloop_for_asyncio)
    with pytest.raises(TypeError, match="colour"):
        IOLoop(colour="blue")  # type: ignore[call-arg]
    assert len(IOLoop._ioloop_for_asyncio) <= known


def test_close_is_for_loops_that_do_not_run(kind: str) -> None:
    io_loop = IOLoop(make_current=False)

    async def close() -> None:
        with pytest.raises(RuntimeError, match="running event loop"):
            io_loop.close()

    io_loop.run_sync(close)
    io_loop.close()
    io_loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        io_loop.start()


def test_start_of_a_running_loop_is_an_error(io_loop: IOLoop) -> None:
    other = IOLoop(make_current=False)

    async def main() -> None:
        with pytest.raises(RuntimeError, match="already running"):
            io_loop.start()
        with pytest.raises(RuntimeError, match="another loop is running"):
            other.start()

    io_loop.run_sync(main)
    other.close()


def test_loops_that_are_closed_are_forgotten(kind: str) -> None:
    IOLoop(make_current=False).close()
    before = len(IOLoop._ioloop_for_asyncio)
    for _ in range(5):
        IOLoop(make_current=False).close()

        async def main() -> None:
            IOLoop.current()

        run(kind, main)
    # The last asyncio loop was closed behind its IOLoop's back; the next IOLoop notices.
    assert len(IOLoop._ioloop_for_asyncio) == before + 1
    IOLoop(make_current=False).close()
    assert len(IOLoop._ioloop_for_asyncio) == before


def test_loops_made_and_closed_in_many_threads(kind: str) -> None:
    start = threading.Barrier(4)

    def churn() -> None:
        start.wait()
        for _ in range(25):
            io_loop = IOLoop(make_current=False)
            io_loop.add_callback(io_loop.stop)
            io_loop.start()
            io_loop.close()

    with futures.ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(churn) for _ in range(4)]:
            job.result()


def test_configure_knows_asyncio_only() -> None:
    IOLoop.configure("fujita.platform.asyncio.AsyncIOLoop")
    assert IOLoop.configured_class() is AsyncIOLoop
    with pytest.raises(RuntimeError, match="only AsyncIOLoop is allowed"):
        IOLoop.configure("fujita.ioloop.IOLoop")
    with pytest.raises(ImportError):
        IOLoop.configure("fujita.nowhere.Loop")


def test_main_loop_is_the_threads_asyncio_loop(
    kind: str, thread: futures.ThreadPoolExecutor
) -> None:
    def make() -> None:
        asyncio_loop = FACTORIES[kind]()
        asyncio.set_event_loop(asyncio_loop)
        io_loop = AsyncIOMainLoop()
        assert io_loop.asyncio_loop is asyncio_loop
        assert IOLoop.current() is io_loop
        with pytest.raises(RuntimeError, match="already associated"):
            AsyncIOMainLoop()
        io_loop.close()
        asyncio.set_event_loop(None)

    thread.submit(make).result()


def run_script(source: str) -> str:
    """Runs a program of its own, which may fork and be interrupted; returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(source)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_child_of_a_fork_makes_its_own_loop(kind: str) -> None:
    printed = run_script("""
        import os
        from fujita.ioloop import IOLoop, PeriodicCallback
        assert IOLoop.current(instance=False) is None
        children = []
        for number in range(2):
            child = os.fork()
            if child == 0:
                io_loop = IOLoop.current()
                io_loop.call_later(0.001, io_loop.stop)
                io_loop.start()
                io_loop.close()
                os._exit(7)
            children.append(child)
        for child in children:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        io_loop = IOLoop.current()
        io_loop.add_callback(io_loop.stop)
        io_loop.start()
        io_loop.close()
    """)
    assert printed == "7\n7\n"


@pytest.mark.parametrize("begin", ["io_loop.start()", "io_loop.run_sync(asyncio.Event().wait)"])
def test_interrupt_ends_the_loop_which_stays_usable(kind: str, begin: str) -> None:
    printed = run_script(f"""
        import asyncio, os, signal, threading
        from fujita.ioloop import IOLoop
        io_loop = IOLoop.current()
        sender = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
        io_loop.add_callback(sender.start)
        try:
            {begin}
        except KeyboardInterrupt:
            print("interrupted")
        sender.join()
        io_loop.run_sync(lambda: asyncio.sleep(0.001))
        io_loop.add_callback(print, "again")
        io_loop.add_callback(io_loop.stop)
        io_loop.start()
        io_loop.close()
    """)
    assert printed == "interrupted\nagain\n"


def test_signal_handler_wakes_the_loop(kind: str) -> None:
    printed = run_script("""
        import os, signal, threading, warnings
        from fujita.ioloop import IOLoop
        warnings.simplefilter("ignore")
        io_loop = IOLoop.current()
        signal.signal(
            signal.SIGTERM, lambda *args: io_loop.add_callback_from_signal(io_loop.stop)
        )
        sender = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
        io_loop.add_callback(sender.start)
        io_loop.start()
        io_loop.close()
        print("stopped")
    """)
    assert printed == "stopped\n"


def test_import_makes_no_loop_and_no_thread(kind: str) -> None:
    printed = run_script("""
        import threading
        import fujita.ioloop, fujita.platform.asyncio
        print(threading.active_count(), fujita.ioloop.IOLoop.current(instance=False))
    """)
    assert printed == "1 None\n"

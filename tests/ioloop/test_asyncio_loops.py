import asyncio
import sys
import warnings
from collections.abc import Iterator

import pytest

from fujita.ioloop import asyncio_loops


@pytest.fixture
def own_policy() -> Iterator[None]:
    """A policy that the program has set, whose loops can be told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        before = asyncio.get_event_loop_policy()

        class Policy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                loop = asyncio.SelectorEventLoop()
                loop.set_debug(True)
                return loop

        asyncio.set_event_loop_policy(Policy())
        yield
        asyncio.set_event_loop_policy(before)


def kind_of_new_loop() -> str:
    loop = asyncio_loops.new_asyncio_loop()
    try:
        return type(loop).__module__.partition(".")[0]
    finally:
        loop.close()


def test_uvloop_is_what_new_loops_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in None, "", "uvloop":
        if value is None:
            monkeypatch.delenv(asyncio_loops.LOOP_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(asyncio_loops.LOOP_VARIABLE, value)
        assert kind_of_new_loop() == "uvloop"


def test_environment_can_ask_for_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(asyncio_loops.LOOP_VARIABLE, "asyncio")
    assert kind_of_new_loop() == "asyncio"


def test_environment_must_make_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(asyncio_loops.LOOP_VARIABLE, "libev")
    with pytest.raises(ValueError, match="FUJITA_LOOP: expected uvloop or asyncio, got 'libev'"):
        asyncio_loops.new_asyncio_loop()


def test_without_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.delenv(asyncio_loops.LOOP_VARIABLE, raising=False)
    assert kind_of_new_loop() == "asyncio"
    monkeypatch.setenv(asyncio_loops.LOOP_VARIABLE, "uvloop")
    with pytest.raises(ImportError):
        asyncio_loops.new_asyncio_loop()


@pytest.mark.usefixtures("own_policy")
def test_policy_of_the_program_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(asyncio_loops.LOOP_VARIABLE, "uvloop")
    loop = asyncio_loops.new_asyncio_loop()
    assert isinstance(loop, asyncio.SelectorEventLoop)
    assert loop.get_debug()
    loop.close()


def test_thread_loop_is_the_one_that_runs_or_is_set() -> None:
    async def main() -> bool:
        return asyncio_loops.thread_asyncio_loop() is asyncio.get_running_loop()

    assert asyncio.run(main())
    assert asyncio_loops.thread_asyncio_loop() is None
    loop = asyncio_loops.set_new_asyncio_loop()
    assert asyncio_loops.thread_asyncio_loop() is loop
    asyncio.set_event_loop(None)
    loop.close()
    assert asyncio_loops.thread_asyncio_loop() is None

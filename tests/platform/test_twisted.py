import asyncio

import pytest

pytest.importorskip("twisted.internet.defer", reason="twisted is not installed")

from twisted.internet.defer import (
    Deferred,
)

from fujita import gen
from fujita.gen import convert_yielded
from fujita.platform import twisted
from tests.loop_kinds import run


def test_coroutine_waits_for_a_deferred(kind: str) -> None:
    @gen.coroutine
    def wait(deferred: Deferred) -> object:  # type: ignore[type-arg,unused-ignore]
        answer = yield deferred
        return answer

    async def main() -> None:
        deferred = Deferred()
        waiting = wait(deferred)
        deferred.callback(42)
        assert await waiting == 42

        deferred = Deferred()
        waiting = wait(deferred)
        deferred.errback(LookupError("lost"))
        with pytest.raises(LookupError, match="lost"):
            await waiting

    run(kind, main)


def test_cancelled_wait_cancels_the_deferred(kind: str) -> None:
    async def main() -> None:
        cancelled: list[object] = []
        future = convert_yielded(Deferred(cancelled.append))
        future.cancel()
        await asyncio.sleep(0)
        assert len(cancelled) == 1

    run(kind, main)


def test_install_is_there() -> None:
    assert callable(twisted.install)

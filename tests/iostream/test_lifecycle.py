"""Closing, the same for every kind of stream."""

import asyncio
from typing import Any

import pytest

from fujita.iostream import StreamClosedError
from tests.iostream.streams import MakePair, Run, closed, socket_pair, turns


def test_close_tells_waiters_first_and_then_the_callback(
    run_async: Run, make_pair: MakePair
) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        order: list[str] = []
        done = asyncio.Event()

        def on_close() -> None:
            order.append("callback")
            done.set()

        reader.set_close_callback(on_close)
        reader.read_bytes(1).add_done_callback(lambda future: order.append("read"))
        reader.close()
        assert reader.closed()
        assert order == []
        await done.wait()
        assert order == ["read", "callback"]
        reader.close()
        await turns()
        assert order == ["read", "callback"]
        writer.close()

    run_async(main)


def test_the_peers_close_is_noticed_without_a_read(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        event = asyncio.Event()
        reader.set_close_callback(event.set)
        writer.close()
        await event.wait()
        assert reader.closed()

    run_async(main)


def test_data_that_is_not_read_holds_up_the_news(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        if hasattr(reader, "transport") and reader.transport.get_extra_info("ssl_object"):
            pytest.skip("asyncio's TLS transport closes at the end of what it receives")
        event = asyncio.Event()
        await writer.write(b"abc")
        assert await reader.read_bytes(1) == b"a"
        reader.set_close_callback(event.set)
        writer.close()
        await asyncio.sleep(0.02)
        assert not event.is_set()
        assert not reader.closed()
        assert await reader.read_bytes(2) == b"bc"
        await event.wait()

    run_async(main)


def test_the_last_callback_counts(run_async: Run) -> None:
    async def main() -> None:
        called: list[str] = []
        first, second = await socket_pair()
        first.set_close_callback(lambda: called.append("replaced"))
        first.set_close_callback(lambda: called.append("last"))
        second.set_close_callback(lambda: called.append("removed"))
        second.set_close_callback(None)
        first.close()
        second.close()
        # Too late to be called.
        first.set_close_callback(lambda: called.append("late"))
        await turns()
        assert called == ["last"]

    run_async(main)


BOOM = ValueError("boom")


@pytest.mark.parametrize(
    ("exc_info", "error"),
    [
        (False, None),
        (None, None),
        (BOOM, BOOM),
        ((ValueError, BOOM, None), BOOM),
        ((None, None, None), None),
    ],
)
def test_the_reason(run_async: Run, make_pair: MakePair, exc_info: Any, error: Any) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_bytes(1)
        reader.close(exc_info)
        assert reader.error is error
        with pytest.raises(StreamClosedError, match="Stream is closed") as caught:
            await waiting
        assert caught.value.real_error is error
        with pytest.raises(StreamClosedError) as caught:
            reader.read_bytes(1)
        assert caught.value.real_error is error
        writer.close()

    run_async(main)


def test_the_exception_that_is_being_handled_is_the_reason(run_async: Run) -> None:
    async def main() -> None:
        first, second = await socket_pair()
        try:
            raise BOOM
        except ValueError:
            first.close(exc_info=True)
        assert first.error is BOOM
        second.close(exc_info=True)
        assert second.error is None

    run_async(main)


def test_a_failing_close_leaves_a_closed_stream(run_async: Run) -> None:
    async def main() -> None:
        first, second = await socket_pair()
        waiting = first.read_bytes(1)
        sock = first.socket
        first.close_fd = lambda: 1 / 0
        with pytest.raises(ZeroDivisionError):
            first.close()
        assert first.closed()
        with pytest.raises(StreamClosedError):
            await waiting
        sock.close()
        await closed(second)

    run_async(main)


def test_nobody_has_to_look_at_what_a_close_interrupts(
    run_async: Run, make_pair: MakePair, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        reader.read_bytes(1)
        writer.write(b"x" * 20_000_000)
        writer.close()
        reader.close()
        await turns()

    run_async(main)
    assert "never retrieved" not in caplog.text

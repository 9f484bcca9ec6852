import asyncio

import pytest

from fujita.websocket import WebSocketHandler, closing
from tests.websocket.conftest import Run
from tests.websocket.servers import CLOSE, PONG, TEXT, Echo, close_payload, serving


class Closing(WebSocketHandler):
    """Closes when it is told to, and tells when it is closed."""

    def initialize(self, closed: "asyncio.Queue[tuple[int | None, str | None]]") -> None:
        self.closed = closed

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, str)
        code, _, reason = message.partition(" ")
        self.close(int(code) if code else None, reason or None)

    def on_close(self) -> None:
        self.closed.put_nowait((self.close_code, self.close_reason))


Closed = asyncio.Queue[tuple[int | None, str | None]]


@pytest.mark.parametrize(
    ("payload", "answer", "told"),
    [
        (b"", b"", (None, None)),
        (close_payload(1000), close_payload(1000), (1000, None)),
        (close_payload(4999, "grüße"), close_payload(4999), (4999, "grüße")),
    ],
)
def test_a_close_frame_is_answered(
    run: Run, payload: bytes, answer: bytes, told: tuple[int | None, str | None]
) -> None:
    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            peer = await server.raw()
            peer.send(CLOSE, payload)
            assert await peer.receive() == (CLOSE, answer)
            # The server is the first to close the transport (RFC 6455, section 7.1.1).
            assert await peer.rest() == b""
            assert await closed.get() == told

    run(main)


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("", b""),
        ("3000", close_payload(3000)),
        ("1001 bye", close_payload(1001, "bye")),
        (" because", close_payload(1000, "because")),
    ],
)
def test_the_program_closes(run: Run, command: str, payload: bytes) -> None:
    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            peer = await server.raw()
            peer.send(TEXT, command)
            assert await peer.receive() == (CLOSE, payload)
            peer.send(CLOSE, payload[:2])
            assert await peer.rest() == b""
            code = int.from_bytes(payload[:2]) if payload else None
            assert await closed.get() == (code, None)

    run(main)


def test_messages_are_heard_until_the_client_closes_too(run: Run) -> None:
    async def main() -> None:
        messages = []

        class Handler(WebSocketHandler):
            def on_message(self, message: str | bytes) -> None:
                messages.append(message)
                self.close()

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "a")
            assert await peer.receive() == (CLOSE, b"")
            peer.send(TEXT, "b")
            peer.send(9, "ping")
            peer.send(CLOSE)
            # No Pong behind a Close frame.
            assert await peer.rest() == b""
        assert messages == ["a", "b"]

    run(main)


@pytest.mark.parametrize("code", [1005, 1006, 1015, 999, 5000, 404])
def test_codes_that_must_not_be_sent_are_refused(run: Run, code: int) -> None:
    class Handler(Echo):
        def open(self) -> None:
            with pytest.raises(ValueError, match=f"close code {code}"):
                self.close(code)
            # And the connection is as it was.
            self.write_message("still open")

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            assert await peer.receive() == (TEXT, b"still open")

    run(main)


def test_a_reason_has_to_fit(run: Run) -> None:
    class Handler(Echo):
        def open(self) -> None:
            with pytest.raises(ValueError, match="123"):
                self.close(1000, "x" * 124)
            self.close(1000, "x" * 123)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            assert await peer.receive() == (CLOSE, close_payload(1000, "x" * 123))

    run(main)


@pytest.mark.parametrize("ending", ["close", "break"])
def test_who_does_not_end_the_connection_is_cut_off(
    run: Run, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "CLOSE_TIMEOUT", 0.05)

    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            peer = await server.raw()
            if ending == "close":
                peer.send(TEXT, "4000")
                assert await peer.receive() == (CLOSE, close_payload(4000))
            else:
                peer.send(PONG, b"x" * 126)
                assert (await peer.receive())[0] == CLOSE
            assert await closed.get() == (None, None)

    run(main)


def test_the_server_says_that_it_goes_away(run: Run) -> None:
    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            peers = [await server.raw() for _ in range(3)]
            draining = asyncio.ensure_future(server.http.drain(5))
            for peer in peers:
                assert await peer.receive() == (CLOSE, close_payload(1001))
                peer.send(CLOSE, close_payload(1001))
            assert await draining == 0
            assert [await closed.get() for _ in peers] == [(1001, None)] * 3

    run(main)


def test_the_server_does_not_wait_for_ever(run: Run) -> None:
    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            peer = await server.raw()
            assert await server.http.drain(0.05) == 1
            assert await peer.receive() == (CLOSE, close_payload(1001))
            assert await closed.get() == (None, None)

    run(main)


def test_a_connection_without_a_word(run: Run) -> None:
    async def main() -> None:
        closed: Closed = asyncio.Queue()
        async with serving(("/", Closing, {"closed": closed})) as server:
            for abrupt in (False, True):
                peer = await server.raw()
                if abrupt:
                    peer.writer.transport.abort()
                else:
                    peer.close()
                assert await closed.get() == (None, None)

    run(main)


def test_nothing_refers_back_once_the_connection_is_closed(run: Run) -> None:
    import gc
    import weakref

    async def main() -> None:
        handlers: list[weakref.ref[WebSocketHandler]] = []
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            def open(self) -> None:
                handlers.append(weakref.ref(self))
                self.write_message("x")

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            await peer.receive()
            gc.collect()
            gc.disable()
            try:
                peer.send(CLOSE)
                await peer.rest()
                await closed.wait()
                for _ in range(3):
                    await asyncio.sleep(0)
                assert handlers[0]() is None
            finally:
                gc.enable()

    run(main)

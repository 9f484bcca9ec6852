import asyncio
from typing import Any, cast

from fujita.testing import ExpectLog
from fujita.websocket.outbox import Outbox, outbox_of
from tests.websocket.conftest import Run


class Connection:
    """Stands for a connection that has something to send."""

    def __init__(self, error: Exception | None = None) -> None:
        self.flushes = 0
        self.aborted = False
        self._error = error

    def flush(self) -> None:
        self.flushes += 1
        if self._error is not None:
            raise self._error

    def abort(self) -> None:
        self.aborted = True


def test_a_loop_has_one_outbox(run: Run) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert outbox_of(loop) is outbox_of(loop)
        assert outbox_of(loop).done.done()

    run(main)


def test_everybody_is_flushed_once_a_turn(run: Run) -> None:
    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        connections = [Connection() for _ in range(3)]
        for connection in connections:
            outbox.add(cast("Any", connection))
        assert [connection.flushes for connection in connections] == [0, 0, 0]
        await outbox.turn()
        assert [connection.flushes for connection in connections] == [1, 1, 1]
        await outbox.turn()
        assert [connection.flushes for connection in connections] == [1, 1, 1]

    run(main)


def test_one_that_fails_does_not_hold_up_the_others(run: Run) -> None:
    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        bad, good = Connection(ValueError("broken")), Connection()
        outbox.add(cast("Any", bad))
        outbox.add(cast("Any", good))
        with ExpectLog("tornado.application", "Cannot write to a WebSocket"):
            await outbox.turn()
        assert bad.aborted
        assert good.flushes == 1

    run(main)


def test_json_is_made_once_as_long_as_nothing_changes(run: Run) -> None:
    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        message: dict[str, Any] = {"a": [1, {"b": None}]}
        first = outbox.json(message)
        assert first == '{"a": [1, {"b": null}]}'
        assert outbox.json(message) is first
        message["a"][1]["b"] = 2
        assert outbox.json(message) == '{"a": [1, {"b": 2}]}'
        assert outbox.json({"a": 1}) == '{"a": 1}'

    run(main)


def test_json_of_what_marshal_does_not_know(run: Run) -> None:
    class Text(str):
        __slots__ = ()

    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        message = {"a": Text("b")}
        assert outbox.json(message) == '{"a": "b"}'
        message["a"] = Text("c")
        assert outbox.json(message) == '{"a": "c"}'

    run(main)


def test_a_message_is_prepared_from_its_second_receiver_on(run: Run) -> None:
    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        text = "text"
        assert outbox.prepared(text, False) is None
        prepared = outbox.prepared(text, False)
        assert prepared is not None
        assert prepared.payload == b"text"
        assert outbox.prepared(text, False) is prepared
        assert outbox.prepared(text, True) is None

    run(main)


def test_nothing_is_remembered_when_the_turn_is_over(run: Run) -> None:
    async def main() -> None:
        outbox = Outbox(asyncio.get_running_loop())
        message = "text"
        outbox.frame_of, outbox.frame = message, b"frame"
        outbox.prepared(message, False)
        await outbox.turn()
        assert outbox.frame_of is not message
        assert outbox.prepared(message, False) is None

    run(main)

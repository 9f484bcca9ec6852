import asyncio

from fujita.websocket.messages import LIMIT, MessageQueue
from tests.websocket.conftest import Run


def test_messages_come_in_order(run: Run) -> None:
    async def main() -> None:
        queue = MessageQueue(asyncio.get_running_loop())
        early = queue.get(), queue.get()
        for message in ("a", b"b", "c", "d"):
            assert queue.put(message) is None
        assert [await future for future in early] == ["a", b"b"]
        assert await queue.get() == "c"
        queue.close()
        assert await queue.get() == "d"
        assert await queue.get() is None
        assert await queue.get() is None

    run(main)


def test_readers_are_told_of_the_end(run: Run) -> None:
    async def main() -> None:
        queue = MessageQueue(asyncio.get_running_loop())
        futures = [queue.get(), queue.get()]
        queue.close()
        assert [await future for future in futures] == [None, None]

    run(main)


def test_a_reader_that_gave_up_takes_no_message(run: Run) -> None:
    async def main() -> None:
        queue = MessageQueue(asyncio.get_running_loop())
        gone, waiting = queue.get(), queue.get()
        gone.cancel()
        queue.put("a")
        assert await waiting == "a"
        gone = queue.get()
        gone.cancel()
        queue.put("b")
        assert await queue.get() == "b"

    run(main)


def test_too_much_has_to_wait_for_room(run: Run) -> None:
    async def main() -> None:
        queue = MessageQueue(asyncio.get_running_loop())
        assert queue.put("x" * LIMIT) is None
        room = queue.put("y")
        assert room is not None
        assert queue.put("z") is room
        assert not room.done()
        await queue.get()
        assert room.done()
        assert await queue.get() == "y"
        assert await queue.get() == "z"

    run(main)


def test_the_end_makes_room(run: Run) -> None:
    async def main() -> None:
        queue = MessageQueue(asyncio.get_running_loop())
        room = queue.put("x" * (LIMIT + 1))
        assert room is not None
        queue.close()
        await room
        assert await queue.get() == "x" * (LIMIT + 1)

    run(main)

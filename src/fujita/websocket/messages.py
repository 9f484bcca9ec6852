"""The messages that a client has received and nobody has read yet."""

from asyncio import AbstractEventLoop, Future
from collections import deque

LIMIT = 65536
"""Characters or bytes that may wait for a reader before the connection is read no further."""

Message = str | bytes | None


class MessageQueue:
    """Hands messages to readers in order; when it is closed, every reader gets None.

    Args:
        loop: The loop.
    """

    __slots__ = ("_closed", "_loop", "_messages", "_readers", "_room", "_size")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._messages: deque[str | bytes] = deque()
        self._size = 0
        self._readers: deque[Future[Message]] = deque()
        self._room: Future[None] | None = None
        self._closed = False

    def put(self, message: str | bytes) -> "Future[None] | None":
        """Adds a message.

        Returns:
            A future to wait for before the next one, None if there is room.
        """
        while self._readers:
            reader = self._readers.popleft()
            if not reader.done():
                reader.set_result(message)
                return None
        self._messages.append(message)
        self._size += len(message)
        if self._size <= LIMIT:
            return None
        if self._room is None or self._room.done():
            self._room = self._loop.create_future()
        return self._room

    def get(self) -> "Future[Message]":
        """Gives a future of the next message."""
        future: Future[Message] = self._loop.create_future()
        if self._messages:
            message = self._messages.popleft()
            self._size -= len(message)
            future.set_result(message)
            if self._size <= LIMIT:
                self._make_room()
        elif self._closed:
            future.set_result(None)
        else:
            self._readers.append(future)
        return future

    def close(self) -> None:
        """Takes the end; what has come before can still be read."""
        self._closed = True
        self._make_room()
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)
        self._readers.clear()

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

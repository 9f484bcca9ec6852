"""Rooms from another program: the protocol's client for Python."""

import asyncio
import json
import random
import secrets
from asyncio import Future
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from fujita.httpclient import HTTPRequest
from fujita.log import app_log
from fujita.realtime.commands import Refused
from fujita.realtime.errors import GapError, RealtimeError, RemovedError, SubscriptionEndedError
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication, encode
from fujita.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
PING_INTERVAL = 20.0
POLICY_VIOLATION = 1008
RETRIED = ("unavailable", "too-fast")
MAX_MESSAGE = 64 << 20
"""Bytes of what a server sends: a history may come in one message."""


class ClientRefusedError(RealtimeError):
    """The server does not let this client in."""


@dataclass(slots=True)
class _Question:
    command: dict[str, Any]
    again: bool
    answer: "Future[dict[str, Any]]"


class RemoteRoom:
    """A room on a server: iterate over it to get its publications, each once and in order.

    Iterating raises a `GapError` where publications were lost for good, after which a further
    iteration goes on behind the gap; a `RemovedError` when the member was removed; `Refused` if
    it may not be there.

    Attributes:
        name: The room's name.
        position: Where it is, None before it has been there.
        recovered: Whether it got all that it had missed the last time that it came.
    """

    def __init__(self, client: "RealtimeClient", name: str, since: Position | None) -> None:
        self.name = name
        self.position = since
        self.recovered = False
        self._client = client
        self._active = False
        self._events: deque[Publication | SubscriptionEndedError | Refused] = deque()
        self._reader: Future[None] | None = None

    async def leave(self) -> None:
        """Leaves the room."""
        await self._client._leave(self)

    def __aiter__(self) -> AsyncIterator[Publication]:
        return self

    async def __anext__(self) -> Publication:
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        event = self._events.popleft()
        if isinstance(event, Exception):
            raise event
        return event

    def _add(self, event: Publication | SubscriptionEndedError | Refused) -> None:
        self._events.append(event)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _started(self, message: dict[str, Any]) -> None:
        position = Position(message["offset"], message["epoch"])
        self._active = True
        self.recovered = message["recovered"]
        if self.position is None:
            self.position = position
        elif not self.recovered:
            self.position = position
            self._add(GapError(self.name, position))
        for publication in message["publications"]:
            self._publication(publication)

    def _publication(self, message: dict[str, Any]) -> None:
        offset = message.get("offset", 0)
        assert self.position is not None
        if offset:
            if offset <= self.position.offset:
                return
            if offset > self.position.offset + 1:
                self._active = False
                self._client._enter_again(self)
                return
            self.position = Position(offset, self.position.epoch)
        epoch = self.position.epoch if offset else ""
        time = message.get("time", 0.0)
        self._add(Publication(self.name, encode(message["data"]), offset, epoch, time))

    def _receive(self, message: dict[str, Any]) -> None:
        if not self._active or self.position is None:
            return
        match message["type"]:
            case "publication":
                self._publication(message)
            case "skip" | "dropped":
                offset = max(message["offset"], self.position.offset)
                self.position = Position(offset, self.position.epoch)
            case "resync":
                self.position = Position(message["offset"], message["epoch"])
                self._add(GapError(self.name, self.position))


class RealtimeClient:
    """Speaks the protocol of docs/realtime-protocol.md with a `RoomsHandler`.

        async with RealtimeClient("ws://localhost:8888/realtime") as client:
            await client.publish("lobby", {"text": "Hello"})
            async for publication in client.subscribe("lobby"):
                print(publication.data)

    It connects again by itself, recovers what was missed, and sends again, with the same
    idempotency key, what it has no answer to.

    Args:
        url: Of the WebSocket; or a request, to give headers such as a cookie along.
        first_pause: Seconds, at most, before it first connects again; they double each time.
        longest_pause: What they double up to.
        on_broadcast: Called with the data of what the server says to everybody.
    """

    def __init__(
        self,
        url: str | HTTPRequest,
        *,
        first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE,
        on_broadcast: Callable[[Any], None] | None = None,
    ) -> None:
        self._url = url
        self._on_broadcast = on_broadcast
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._rooms: dict[str, RemoteRoom] = {}
        self._questions: dict[int, _Question] = {}
        self._number = 0
        self._connection: WebSocketClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: RealtimeError | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._run())
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection for good."""
        tasks = [*self._tasks, *([] if self._task is None else [self._task])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail(RealtimeError("the client was closed"))

    @property
    def connected(self) -> bool:
        """Whether there is a connection, and the server has greeted."""
        return self._connection is not None

    def subscribe(self, room: str, *, since: Position | None = None) -> RemoteRoom:
        """Comes into a room, and stays there over all reconnections.

        Args:
            room: The room's name.
            since: How far it had got the last time.

        Raises:
            ValueError: It is there already.
        """
        if room in self._rooms:
            raise ValueError(f"already in room {room!r}")
        remote = self._rooms[room] = RemoteRoom(self, room, since)
        if self._connection is not None:
            self._enter(remote)
        return remote

    async def publish(
        self, room: str, data: Any, *, key: str | None = None, echo: bool = True
    ) -> Position:
        """Publishes; without a connection it waits for one.

        Args:
            room: The room's name.
            data: Anything that JSON has.
            key: Idempotency key; by default a new one.
            echo: Whether this client gets it back, if it is in the room.

        Returns:
            Its position, once the server has it.

        Raises:
            Refused: The server does not want it.
            ClientRefusedError: The server does not let this client in.
        """
        command = {"type": "publish", "room": room, "data": data, "echo": echo}
        answer = await self._ask({**command, "key": key or secrets.token_hex(12)}, again=True)
        return Position(answer["offset"], answer["epoch"])

    async def history(
        self, room: str, *, since: Position | None = None, limit: int | None = None
    ) -> list[Publication]:
        """Asks for older publications: the first after ``since``, or the latest."""
        command: dict[str, Any] = {"type": "history", "room": room}
        if since is not None:
            command["since"] = since._asdict()
        if limit is not None:
            command["limit"] = limit
        answer = await self._ask(command, again=True)
        return [
            Publication(room, encode(one["data"]), one["offset"], answer["epoch"], one["time"])
            for one in answer["publications"]
        ]

    # Commands.

    async def _ask(self, command: dict[str, Any], again: bool) -> dict[str, Any]:
        """Asks the server something, again after each loss of the connection if so asked."""
        if self._failure is not None:
            raise self._failure
        pause = self._first_pause
        while True:
            question = self._put(command, again)
            try:
                return await self._answer(question)
            except Refused as refused:
                if not again or refused.code not in RETRIED:
                    raise
            await asyncio.sleep(_by_chance(pause))
            pause = min(pause * 2, self._longest_pause)

    def _put(self, command: dict[str, Any], again: bool) -> _Question:
        """Sends a command, now or when there is a connection."""
        self._number += 1
        answer: Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        question = _Question({**command, "id": self._number}, again, answer)
        self._questions[self._number] = question
        self._say(question.command)
        return question

    async def _answer(self, question: _Question) -> dict[str, Any]:
        try:
            return await question.answer
        finally:
            self._questions.pop(question.command["id"], None)

    def _say(self, message: dict[str, Any]) -> None:
        if self._connection is None:
            return
        try:
            self._connection.write_message(encode(message))
        except WebSocketClosedError:
            # Whoever reads from the connection notices, and sends it again.
            return

    def _enter(self, room: RemoteRoom) -> None:
        """Asks to be in a room; at once, so that what is published next comes after it."""
        command: dict[str, Any] = {"type": "subscribe", "room": room.name}
        if room.position is not None:
            command["since"] = room.position._asdict()
        self._spawn(self._see_entered(room, self._put(command, False)))

    async def _see_entered(self, room: RemoteRoom, question: _Question) -> None:
        try:
            await self._answer(question)
        except Refused as refused:
            if refused.code not in RETRIED:
                self._rooms.pop(room.name, None)
                room._add(refused)
                return
            await asyncio.sleep(_by_chance(self._first_pause * 2))
            if self._rooms.get(room.name) is room and self.connected and not room._active:
                self._enter(room)
        except RealtimeError:
            # The connection was lost, and the next one begins with it.
            return

    def _enter_again(self, room: RemoteRoom) -> None:
        self._say({"type": "leave", "room": room.name})
        self._enter(room)

    async def _leave(self, room: RemoteRoom) -> None:
        if self._rooms.get(room.name) is room:
            del self._rooms[room.name]
            self._say({"type": "leave", "room": room.name})

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fail(self, error: RealtimeError, keep_again: bool = False) -> None:
        for question in list(self._questions.values()):
            if not question.answer.done() and not (keep_again and question.again):
                question.answer.set_exception(error)

    # The connection.

    async def _run(self) -> None:
        attempts = 0
        while self._failure is None:
            try:
                connection = await websocket_connect(
                    self._url,
                    ping_interval=PING_INTERVAL,
                    ping_timeout=PING_INTERVAL / 2,
                    max_message_size=MAX_MESSAGE,
                )
            except Exception as error:
                app_log.info("No connection to %s: %s", self._url, error)
            else:
                try:
                    if await self._read_all(connection):
                        attempts = 0
                finally:
                    self._connection = None
                    connection.close()
            self._lost()
            pause = min(self._longest_pause, self._first_pause * 2**attempts)
            attempts = min(attempts + 1, 16)
            await asyncio.sleep(_by_chance(pause))

    async def _read_all(self, connection: WebSocketClientConnection) -> bool:
        """Reads until the connection ends; tells whether the server has greeted."""
        greeted = False
        while (text := await connection.read_message()) is not None:
            message = json.loads(text)
            if message.get("type") == "welcome":
                greeted = True
                self._connection = connection
                for room in self._rooms.values():
                    self._enter(room)
                for question in list(self._questions.values()):
                    if question.again:
                        self._say(question.command)
            else:
                self._receive(message)
        if connection.close_code == POLICY_VIOLATION:
            self._failure = ClientRefusedError(connection.close_reason or "refused")
            self._fail(self._failure)
        return greeted

    def _lost(self) -> None:
        for room in self._rooms.values():
            room._active = False
        self._fail(RealtimeError("the connection was lost"), keep_again=True)

    def _receive(self, message: dict[str, Any]) -> None:
        question = self._questions.get(message.get("id", 0))
        room = self._rooms.get(message.get("room", ""))
        kind = message["type"]
        if kind == "broadcast":
            self._tell_broadcast(message["data"])
            return
        if kind == "error":
            if question is not None and not question.answer.done():
                question.answer.set_exception(Refused(message["code"], message["message"]))
            return
        if room is not None and kind == "subscribed":
            room._started(message)
        elif room is not None and kind == "removed":
            del self._rooms[room.name]
            room._add(RemovedError(room.name, message["reason"]))
        elif room is not None:
            room._receive(message)
        if question is not None and not question.answer.done():
            question.answer.set_result(message)

    def _tell_broadcast(self, data: Any) -> None:
        if self._on_broadcast is None:
            return
        try:
            self._on_broadcast(data)
        except Exception:
            # The connection, and everybody who reads from it, goes on.
            app_log.error("on_broadcast failed", exc_info=True)


def _by_chance(pause: float) -> float:
    """Gives between half and all of a pause, so that not everybody comes back at once."""
    return pause * random.uniform(0.5, 1.0)

"""Rooms for ordinary clients: a WebSocket with JSON (docs/realtime-protocol.md)."""

import time
from collections.abc import Iterable
from typing import Any

from fujita.realtime.batch import Batch
from fujita.realtime.commands import Command, Refused, command_id, decode, parse_command
from fujita.realtime.errors import AlreadySubscribedError, EngineUnavailableError, RoomNameError
from fujita.realtime.events import Member
from fujita.realtime.hub import Hub
from fujita.realtime.limits import ClientLimits, TokenBucket
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication, encode
from fujita.realtime.subscription import Subscription
from fujita.realtime.websocket_consumer import TRY_AGAIN_LATER, WebSocketConsumer
from fujita.websocket import WebSocketClosedError, WebSocketHandler

POLICY_VIOLATION = 1008


class Peer(WebSocketConsumer):
    """The consumer of a `RoomsHandler`."""

    handler: "RoomsHandler"

    def subscribed(self, subscription: Subscription, missed: Batch) -> None:
        """Answers the command, with what was missed."""
        self.handler._say_subscribed(subscription, missed)

    def resynchronise(self, subscription: Subscription, position: Position) -> None:
        """Tells the client that it has lost something for good."""
        self.handler._say({"type": "resync", "room": subscription.room, **position._asdict()})

    def removed(self, subscription: Subscription, reason: str) -> None:
        """Tells the client that it is not in the room any more."""
        self.handler._say({"type": "removed", "room": subscription.room, "reason": reason})


class RoomsHandler(WebSocketHandler):
    """Lets clients be in rooms; what they may do there, a subclass says.

        class Rooms(RoomsHandler):
            async def on_connect(self):
                user = self.get_signed_cookie("user")
                if not user:
                    raise Refused("unauthorized", "log in first")
                return Member(user.decode())

            async def on_publish(self, room, data):
                if room == "news":
                    raise Refused("forbidden", "only editors write here")
                return data

        web.Application([("/realtime", Rooms, {"hub": hub})])

    By default everybody may come and read, and nobody may publish.

    Attributes:
        hub: The hub.
        member: What `on_connect` has returned.
    """

    limits = ClientLimits()
    """What a connection may do; a subclass may have others."""

    hub: Hub
    member: Member | None

    def initialize(self, hub: Hub) -> None:
        """Takes the hub from the route."""
        self.hub = hub
        self.member = None

    # What a program overrides.

    async def on_connect(self) -> Member | None:
        """Called when the connection is open.

        Returns:
            Who it is, None for nobody in particular.

        Raises:
            Refused: It is closed again, with 1008.
        """
        return None

    async def on_subscribe(self, room: str) -> None:
        """Called before the client comes into a room, or reads its history or who is there.

        Raises:
            Refused: It may not.
        """

    async def on_publish(self, room: str, data: Any) -> Any:
        """Called before the client's data is published.

        Returns:
            What is published; it may be something else, such as the data with a name to it.

        Raises:
            Refused: The client may not.
        """
        raise Refused("forbidden", "nobody may publish here")

    # As a WebSocket.

    @property
    def max_message_size(self) -> int:
        """Bytes that a message of a client may have."""
        return self.limits.message

    async def open(self, *args: str, **kwargs: str) -> None:
        """Asks who it is, and greets."""
        self.consumer = Peer(self)
        self._bucket = TokenBucket(self.limits.rate, self.limits.burst, time.monotonic())
        self._asked: Command
        self._subscribing: Command | None = None
        """A command that has been answered, and yet is not done."""
        try:
            self.member = await self.on_connect()
        except Refused as refused:
            self.close(POLICY_VIOLATION, refused.message[:40])
            return
        if self.consumer.closed:
            # The client has gone while it was asked who it is.
            return
        self.hub.connect(self.consumer)
        user = None if self.member is None else self.member.user
        self._say({"type": "welcome", "version": 1, "client": self.consumer.id, "user": user})

    async def on_message(self, message: str | bytes) -> None:
        """Obeys a command; the next one is read after that."""
        command_number = None
        try:
            content = decode(message)
            command_number = command_id(content)
            wait = self._bucket.take(time.monotonic())
            if wait:
                await self._answer(command_number, _error("too-fast", "wait", retry_after=wait))
                return
            await self._obey(parse_command(content, self.limits))
        except Refused as refused:
            await self._answer(command_number, _error(refused.code, refused.message))
        except AlreadySubscribedError as error:
            await self._answer(command_number, _error("already-subscribed", str(error)))
        except RoomNameError as error:
            await self._answer(command_number, _error("bad-request", str(error)))
        except EngineUnavailableError:
            if self._subscribing is None:
                await self._answer(command_number, _error("unavailable", "try again later"))
            else:
                # It has been told that it is in the room, and yet it is not.
                self.close(TRY_AGAIN_LATER, "try again later")
        except WebSocketClosedError:
            return

    async def on_close(self) -> None:  # type: ignore[override]
        """Leaves all rooms."""
        consumer = getattr(self, "consumer", None)
        if consumer is not None:
            self.hub.disconnect(consumer)
            try:
                await consumer.close()
            except EngineUnavailableError:
                # Its presence expires by itself.
                return

    # Commands.

    async def _obey(self, command: Command) -> None:
        match command.type:
            case "subscribe":
                await self._subscribe(command)
            case "publish":
                await self._publish(command)
            case "leave":
                await self._leave(command)
            case "history":
                await self._history(command)
            case "presence":
                await self.on_subscribe(command.room)
                await self._tell_members(command)
            case "ping":
                await self._answer(command.id, {"type": "pong"})

    async def _subscribe(self, command: Command) -> None:
        if len(self.consumer.subscriptions) >= self.limits.rooms:
            raise Refused("too-many-rooms", f"at most {self.limits.rooms} rooms at a time")
        await self.on_subscribe(command.room)
        self._asked = command
        await self.hub.subscribe(
            command.room, self.consumer, since=command.since, member=self.member
        )
        self._subscribing = None
        if command.presence:
            await self._tell_members(command)

    def _say_subscribed(self, subscription: Subscription, missed: Batch) -> None:
        self._subscribing = command = self._asked
        head = {
            "type": "subscribed",
            "id": command.id,
            "room": subscription.room,
            **subscription.position._asdict(),
            "recovered": subscription.recovered,
        }
        self._send(_with_publications(head, missed.events))

    async def _publish(self, command: Command) -> None:
        data = await self.on_publish(command.room, command.data)
        position = await self.hub.publish(
            command.room,
            data,
            key=self._key(command.key),
            exclude=None if command.echo else self.consumer,
            ephemeral=command.ephemeral,
        )
        answer = {"type": "published", "room": command.room, **position._asdict()}
        await self._answer(command.id, answer)

    def _key(self, key: str) -> str | None:
        """Makes sure that nobody uses up the keys of somebody else."""
        if not key:
            return None
        if self.member is None:
            return f"-{key}"
        # The length tells where the user's id ends.
        return f"{len(self.member.user)}:{self.member.user}:{key}"

    async def _leave(self, command: Command) -> None:
        subscription = self.consumer.subscriptions.get(command.room)
        if subscription is not None:
            await subscription.leave()
        await self._answer(command.id, {"type": "left", "room": command.room})

    async def _history(self, command: Command) -> None:
        await self.on_subscribe(command.room)
        history = await self.hub.history(command.room, since=command.since, limit=command.limit)
        head = {
            "type": "history",
            "id": command.id,
            "room": command.room,
            **history.position._asdict(),
            "complete": history.complete,
        }
        # A client that does not read is not asked for more.
        await self.write_message(_with_publications(head, history.publications))

    async def _tell_members(self, command: Command) -> None:
        room, options = command.room, self.hub.options(command.room)
        answer: dict[str, Any] = {"type": "members", "room": room}
        answer["count"] = await self.hub.count(room)
        if answer["count"] <= options.presence_cap:
            answer["members"] = await self.hub.members(room)
        await self._answer(command.id, answer)

    # Answers.

    async def _answer(self, number: int | str | None, answer: dict[str, Any]) -> None:
        """Sends an answer, and waits if the client does not read."""
        await self.write_message(encode({**answer, "id": number}))

    def _say(self, message: dict[str, Any]) -> None:
        self._send(encode(message))

    def _send(self, message: bytes) -> None:
        try:
            self.write_message(message)
        except WebSocketClosedError:
            return


def _with_publications(head: dict[str, Any], events: Iterable[object]) -> bytes:
    """Writes an answer whose publications are JSON already."""
    publications = b",".join(
        b'{"offset":%d,"time":%.3f,"data":%b}' % (one.offset, one.time, one.payload)
        for one in events
        if isinstance(one, Publication)
    )
    return b'%b,"publications":[%b]}' % (encode(head)[:-1], publications)


def _error(code: str, message: str, **more: float) -> dict[str, Any]:
    return {"type": "error", "code": code, "message": message, **more}

"""The hub: every room of a process, or of many."""

import asyncio
import concurrent.futures
from collections.abc import Mapping
from typing import Any, Self

from fujita.realtime.consumer import Consumer
from fujita.realtime.engine import Engine, History
from fujita.realtime.engines import engine_from_url
from fujita.realtime.errors import AlreadySubscribedError
from fujita.realtime.events import Member
from fujita.realtime.listener import Listener
from fujita.realtime.memory import MemoryEngine
from fujita.realtime.names import check_name
from fujita.realtime.node import Node
from fujita.realtime.options import Namespaces, RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import encode
from fujita.realtime.room import Room
from fujita.realtime.subscription import Subscription


class Hub(Node):
    """Publishes to rooms, and hands what is published there to those who are in them.

        hub = Hub()

        class Chat(websocket.WebSocketHandler):
            async def open(self):
                self.consumer = WebSocketConsumer(self)
                await hub.subscribe("lobby", self.consumer)

            async def on_message(self, message):
                await hub.publish("lobby", {"text": message})

            async def on_close(self):
                await self.consumer.close()

    A hub belongs to the loop on which it is first used. Its engine decides how far it reaches:
    with a `MemoryEngine` its rooms are this process's, with a `RedisEngine` all hubs on the
    same Redis share theirs.

    Args:
        engine: Keeps the rooms; by default in this process.
        rooms: Options by pattern of the room's name, such as ``{"chat:*": RoomOptions(…)}``; the
            first that fits counts.
        default: The options of all other rooms.

    Attributes:
        engine: The same.
        rooms: Those that have members on this node, by name.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        rooms: Mapping[str, RoomOptions] | None = None,
        default: RoomOptions | None = None,
    ) -> None:
        namespaces = Namespaces(rooms or {}, RoomOptions() if default is None else default)
        super().__init__(MemoryEngine() if engine is None else engine, namespaces)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        rooms: Mapping[str, RoomOptions] | None = None,
        default: RoomOptions | None = None,
        wait: float = 0.0,
    ) -> Self:
        """Makes a hub with the engine that a URL names.

        Args:
            url: ``memory://``; or Redis, as `RedisEngine.from_url` describes.
            rooms: As of the constructor.
            default: As of the constructor.
            wait: Seconds that an engine that is away is waited for before an error is raised.

        Raises:
            ValueError: No engine has such a URL.
        """
        return cls(engine_from_url(url, wait=wait), rooms=rooms, default=default)

    # What is published.

    async def publish(
        self,
        room: str,
        data: Any,
        *,
        key: str | None = None,
        exclude: "Consumer | str | None" = None,
        ephemeral: bool = False,
    ) -> Position:
        """Publishes to a room.

        When it returns, the engine has the publication: whoever is in the room gets it, now or
        on coming back. When it raises `EngineUnavailableError`, that is not known; publish it
        again with the same key, and it is there once.

        Args:
            room: The room's name.
            data: What to publish, anything that JSON has.
            key: Idempotency key: a second publication with it, within the room's ``key_age``, is
                none, and gets the position of the first.
            exclude: A consumer, or its id, that is not to get it now. It is in the history for
                everybody all the same.
            ephemeral: Only for those who are there and keep up, such as "is typing": it is in
                no history, and dropped first.

        Returns:
            The position of the publication; offset 0 for an ephemeral one.

        Raises:
            RoomNameError: No room can have this name.
            TypeError: JSON has no such data.
            EngineUnavailableError: The engine cannot be reached.
            HubClosedError: The hub has been closed.
        """
        return await self.publish_encoded(
            room, encode(data), key=key, exclude=exclude, ephemeral=ephemeral
        )

    async def publish_encoded(
        self,
        room: str,
        payload: bytes,
        *,
        key: str | None = None,
        exclude: "Consumer | str | None" = None,
        ephemeral: bool = False,
    ) -> Position:
        """Publishes data that is JSON in UTF-8 already; it is not checked.

        Args:
            room: As of `publish`.
            payload: The data.
            key: As of `publish`.
            exclude: As of `publish`.
            ephemeral: As of `publish`.
        """
        check_name(room)
        if self._ready_on is not asyncio.get_running_loop():
            await self.start()
        excluded = exclude.id if isinstance(exclude, Consumer) else exclude or ""
        if ephemeral:
            await self.engine.send(room, payload, excluded)
            position = Position(0, "")
        else:
            position = await self.engine.publish(
                room, payload, self.options(room), key or "", excluded
            )
        held = self.rooms.get(room)
        counters = self._past if held is None else held.counters
        counters.published += 1
        return position

    def publish_threadsafe(
        self, room: str, data: Any, *, key: str | None = None, ephemeral: bool = False
    ) -> "concurrent.futures.Future[Position]":
        """Publishes from another thread.

        Args:
            room: As of `publish`.
            data: As of `publish`.
            key: As of `publish`.
            ephemeral: As of `publish`.

        Returns:
            A future of the position, for the thread to wait for, or not.
        """
        return self.run_threadsafe(self.publish(room, data, key=key, ephemeral=ephemeral))

    async def broadcast(self, data: Any) -> None:
        """Sends something to everybody who is connected, on all nodes.

        That is whoever is in a room, once however many rooms it is in, and whom `connect` has
        counted in. It is in no history: who is away just then does not get it.

        Args:
            data: What to send, anything that JSON has.

        Raises:
            TypeError: JSON has no such data.
            EngineUnavailableError: The engine cannot be reached.
            HubClosedError: The hub has been closed.
        """
        payload = encode(data)
        await self.start()
        await self.engine.broadcast(payload)

    async def history(
        self, room: str, *, since: Position | None = None, limit: int | None = None
    ) -> History:
        """Reads what a room's history still has.

        Args:
            room: The room's name.
            since: Where to begin; None for the beginning of what is kept.
            limit: Publications at most: the first after ``since``, or the latest without it.

        Raises:
            RoomNameError: No room can have this name.
            EngineUnavailableError: The engine cannot be reached.
        """
        check_name(room)
        await self.start()
        return await self.engine.history(room, self.options(room), since, limit)

    # Who is there.

    def connect(self, consumer: Consumer) -> None:
        """Has a consumer get broadcasts even while it is in no room; `disconnect` ends that."""
        self._everyone.connect(consumer)

    def disconnect(self, consumer: Consumer) -> None:
        """Has a consumer get broadcasts only while it is in a room."""
        self._everyone.disconnect(consumer)

    async def subscribe(
        self,
        room: str,
        consumer: Consumer,
        *,
        since: Position | None = None,
        member: Member | None = None,
    ) -> Subscription:
        """Makes a consumer a member of a room.

        It gets, through its methods, first what was published after ``since``, then what is
        published from now on: every publication once, in the room's order.

        Args:
            room: The room's name.
            consumer: Who gets what is published.
            since: How far it had got the last time.
            member: Who it is to the others, if the room's options ask for presence; needed, too,
                for `remove`.

        Returns:
            The subscription. Its ``recovered`` tells whether all that was missed is still known.
            It is not ``active`` if the consumer has been closed meanwhile.

        Raises:
            AlreadySubscribedError: The consumer is in the room.
            RoomNameError: No room can have this name.
            EngineUnavailableError: The engine cannot be reached.
            HubClosedError: The hub has been closed.
        """
        check_name(room)
        if self._ready_on is not asyncio.get_running_loop():
            await self.start()
        if room in consumer.subscriptions:
            raise AlreadySubscribedError(f"the consumer is in room {room!r} already")
        if consumer.closed:
            # It has gone meanwhile, and nobody would ever take it out again.
            return Subscription.of_nobody(Room(room, self, self.options(room)), consumer, member)
        held = self.rooms.get(room)
        if held is None:
            held = self.rooms[room] = Room(room, self, self.options(room))
        held.holders += 1
        subscription = Subscription(held, consumer, member)
        consumer.subscriptions[room] = subscription
        try:
            await held.enter(subscription, since)
            if member is not None and held.options.presence and held.holds(subscription):
                await self.engine.join(room, member, consumer.id, held.options)
                if not held.holds(subscription):
                    await self.engine.leave(held.presence_of(subscription), held.options)
        except BaseException:
            # By itself, as whoever waits may just be going away.
            self.run(subscription.leave())
            raise
        return subscription

    def listen(
        self,
        room: str,
        *,
        since: Position | None = None,
        member: Member | None = None,
        presence: bool = False,
    ) -> Listener:
        """Gives a room's publications to a coroutine.

            async with hub.listen("lobby") as listener:
                async for publication in listener:
                    print(publication.data)

        ``async for publication in hub.listen("lobby")`` does as well.

        Args:
            room: The room's name.
            since: As of `subscribe`.
            member: As of `subscribe`.
            presence: Whether `Joined`, `Left` and `Counted` are given, too.
        """
        return Listener(self, room, since, member, presence)

    async def remove(self, room: str, user: str, reason: str = "") -> None:
        """Makes a user leave a room, with all connections on all nodes.

        It does not keep the user from coming back.

        Args:
            room: The room's name.
            user: The id that ``member`` had on subscribing.
            reason: What the user is told.
        """
        check_name(room)
        await self.start()
        await self.engine.remove(room, user, reason)

    async def members(self, room: str) -> dict[str, Any]:
        """Gives the data of all users in a room by user id."""
        check_name(room)
        await self.start()
        return await self.engine.members(room)

    async def count(self, room: str) -> int:
        """Gives the number of users in a room; one on several devices counts once."""
        check_name(room)
        await self.start()
        return await self.engine.count(room)

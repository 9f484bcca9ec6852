"""The engine for many processes and machines: everything in Redis or Valkey."""

import asyncio
import json
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self, TypeVar

from fujita.log import app_log
from fujita.realtime.engine import Engine, History, Presence, Receiver
from fujita.realtime.errors import EngineUnavailableError
from fujita.realtime.events import Member
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import encode
from fujita.realtime.redis_engine import codec
from fujita.realtime.redis_engine.commander import Commander
from fujita.realtime.redis_engine.connecting import Link, link_from_url
from fujita.realtime.redis_engine.feed import Feed
from fujita.realtime.redis_engine.keys import Keys
from fujita.realtime.redis_engine.scripts import HISTORY, JOIN, LEAVE, PUBLISH

Result = TypeVar("Result")

EVERYTHING = 1 << 30
MANY = 300
"""Connections whose presence is refreshed at once."""


class RedisEngine(Engine):
    """Keeps rooms in Redis 6.2 or later, or Valkey, for all nodes that use it.

    A publication is appended to a stream and sent over the room's channel by one script, so that
    the one does not happen without the other. A node listens to the channels of the rooms that
    it holds, and of no others. In a cluster channels are sharded as keys are.

    While Redis is away, publishing fails, at once or after ``wait`` seconds, and those who are
    connected stay so. When it is back, each node compares where it was with where the streams
    are, and fetches what it has not heard. A stream that Redis itself has lost, or some of it,
    gets another epoch.

    Args:
        link: The way to Redis.
        prefix: What all keys and channels begin with.
        wait: Seconds to try again for while Redis is away, before an error is raised.
        lifetime: Seconds after which the members of a node that has died are gone.
    """

    def __init__(
        self, link: Link, *, prefix: str = "fujita", wait: float = 0.0, lifetime: float = 60.0
    ) -> None:
        self._link = link
        self._keys = Keys(prefix)
        self._wait = wait
        self._lifetime = lifetime
        self._commander = Commander(link)
        self._feeds: dict[str, Feed] = {}
        self._receiver: Receiver | None = None
        self._publish = "SPUBLISH" if link.sharded else "PUBLISH"
        self._moving: set[asyncio.Task[None]] = set()

    @classmethod
    def from_url(
        cls, url: str, *, prefix: str = "fujita", wait: float = 0.0, lifetime: float = 60.0
    ) -> Self:
        """Makes an engine from a URL.

        Args:
            url: ``redis://[[user]:password@]host[:port][/database]``, ``rediss://…`` for TLS,
                ``unix://path``, ``redis+sentinel://host[:port],host…/service[/database]``, or
                ``redis+cluster://host[:port],host…``, both with ``rediss``, too. What redis-py
                knows may follow as a query, such as ``?ssl_ca_certs=…``.
            prefix: As of the constructor.
            wait: As of the constructor.
            lifetime: As of the constructor.

        Raises:
            ValueError: The URL describes no Redis.
        """
        return cls(link_from_url(url), prefix=prefix, wait=wait, lifetime=lifetime)

    async def start(self, receiver: Receiver) -> None:
        """Connects."""
        self._receiver = receiver
        await self._trying(self._link.start)
        channel = self._keys.everyone
        await self._trying(lambda: self._feed(channel).subscribe(channel))

    async def close(self) -> None:
        """Disconnects."""
        self._receiver = None
        for task in list(self._moving):
            task.cancel()
        for feed in self._feeds.values():
            await feed.close()
        self._feeds.clear()
        await self._commander.close()
        await self._link.close()

    async def _trying(self, action: Callable[[], Awaitable[Result]]) -> Result:
        """Does something, again and again for ``wait`` seconds if Redis is away."""
        if not self._wait:
            return await action()
        end = time.monotonic() + self._wait
        pause = 0.02
        while True:
            try:
                return await action()
            except EngineUnavailableError:
                if time.monotonic() + pause > end:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    # Streams.

    async def publish(
        self, room: str, payload: bytes, options: RoomOptions, key: str = "", exclude: str = ""
    ) -> Position:
        """Appends to a room's stream, and hands the publication to all nodes, in one step."""
        if self._wait and not key:
            # What is tried again may have been done already.
            key = f"?{secrets.token_hex(12)}"
        keys = self._keys.stream(room)
        if key:
            keys.append(self._keys.idempotency(room, key))
        position = await self._trying(
            lambda: self._commander.script(
                PUBLISH,
                keys,
                secrets.token_hex(4),
                payload,
                exclude,
                options.history_size,
                _milliseconds(options.history_age),
                _milliseconds(options.position_age),
                _milliseconds(options.key_age),
                self._publish,
                self._keys.channel(room),
            )
        )
        return codec.read_position(position)

    async def send(self, room: str, payload: bytes, exclude: str = "") -> None:
        """Hands an ephemeral publication to all nodes."""
        message = codec.ephemeral(payload, time.time(), exclude)
        await self._commander.command(self._publish, self._keys.channel(room), message)

    async def broadcast(self, payload: bytes) -> None:
        """Hands what is for everybody to all nodes."""
        message = codec.broadcast(payload, time.time())
        await self._trying(
            lambda: self._commander.command(self._publish, self._keys.everyone, message)
        )

    async def history(
        self,
        room: str,
        options: RoomOptions,
        since: Position | None,
        limit: int | None = None,
        witness: float | None = None,
    ) -> History:
        """Reads a room's stream."""
        count = EVERYTHING if limit is None else limit
        mode = "latest" if since is None else "since"
        place = Position(0, "") if since is None else since
        seen = "" if witness is None else f"{witness:.6f}" if witness else "0"
        # One more than asked for tells whether there are more.
        position, continued, *entries = await self._read(
            room, options, mode, place, count + 1, seen
        )
        read = [codec.read_entry(room, position.epoch, entry) for entry in entries]
        if since is None:
            read = read[:count][::-1]
            complete = (read[0].offset if read else position.offset + 1) == 1
            return History(read, position, complete)
        begins = not read or read[0].offset == since.offset + 1
        ends = len(read) <= count and (read[-1] if read else place).offset == position.offset
        return History(read[:count], position, bool(continued and begins and ends))

    async def _read(
        self,
        room: str,
        options: RoomOptions,
        mode: str,
        since: Position = Position(0, ""),  # noqa: B008
        limit: int = 0,
        witness: str = "",
    ) -> tuple[Any, ...]:
        answer = await self._trying(
            lambda: self._commander.script(
                HISTORY,
                self._keys.stream(room),
                secrets.token_hex(4),
                _milliseconds(options.position_age),
                mode,
                since.offset,
                since.epoch,
                limit,
                _milliseconds(options.history_age),
                witness,
            )
        )
        entries = answer[2] if len(answer) > 2 else []
        return (codec.read_position(answer[0]), bool(answer[1]), *entries)

    async def subscribe(self, room: str, options: RoomOptions) -> Position:
        """Begins to hand over a room's events."""
        channel = self._keys.channel(room)
        await self._trying(lambda: self._feed(channel).subscribe(channel))
        position: Position = (await self._read(room, options, "top"))[0]
        return position

    async def unsubscribe(self, room: str) -> None:
        """Hands over no more events of a room."""
        channel = self._keys.channel(room)
        for feed in self._feeds.values():
            if channel in feed.channels:
                await feed.unsubscribe(channel)

    async def remove(self, room: str, user: str, reason: str) -> None:
        """Tells all nodes that a user is to leave a room."""
        message = codec.removal(user, reason)
        await self._trying(
            lambda: self._commander.command(self._publish, self._keys.channel(room), message)
        )

    # Channels.

    def _feed(self, channel: str) -> Feed:
        place = self._link.place(channel)
        feed = self._feeds.get(place)
        if feed is None:
            feed = self._feeds[place] = Feed(
                self._link, place, self._deliver, self._resumed, self._moved
            )
        return feed

    def _deliver(self, channel: str, message: bytes) -> None:
        if self._receiver is None:
            return
        try:
            if channel == self._keys.everyone:
                self._receiver.receive_broadcast(codec.read_broadcast(message))
                return
            room = self._keys.room(channel)
            event = codec.read_message(room, message)
        except ValueError as error:
            app_log.warning("Something strange came over Redis' channel %r: %s", channel, error)
            return
        self._receiver.receive(room, event)

    def _resumed(self) -> None:
        if self._receiver is not None:
            self._receiver.resumed()

    def _moved(self, channel: str) -> None:
        """Follows a channel to another node of the cluster."""
        task = asyncio.ensure_future(self._follow(channel))
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def _follow(self, channel: str) -> None:
        while True:
            try:
                await self._link.refresh()
                await self._feed(channel).subscribe(channel)
            except Exception as error:
                app_log.info("Channel %r is not found yet: %s", channel, error)
                await asyncio.sleep(0.2)
            else:
                self._resumed()
                return

    # Presence.

    @property
    def refresh_interval(self) -> float | None:
        """A third of the time after which members would be gone."""
        return self._lifetime / 3

    async def join(self, room: str, member: Member, connection: str, options: RoomOptions) -> int:
        """Adds a connection of a user to a room, and tells all nodes if it is the first."""
        return await self._attend(room, [(member, connection)], options)

    async def _attend(
        self, room: str, members: list[tuple[Member, str]], options: RoomOptions
    ) -> int:
        words: list[Any] = []
        for member, connection in members:
            words += (connection, member.user.encode("utf-8", "surrogatepass"), encode(member.data))
        count: int = await self._trying(
            lambda: self._commander.script(
                JOIN,
                self._keys.presence(room),
                self._publish,
                self._keys.channel(room),
                options.presence_cap,
                _milliseconds(self._lifetime),
                *words,
            )
        )
        return count

    async def leave(self, presence: Presence, options: RoomOptions) -> int:
        """Takes a connection out of a room, and tells all nodes if it was the user's last."""
        room, user, connection = presence
        count: int = await self._commander.script(
            LEAVE,
            self._keys.presence(room),
            self._publish,
            self._keys.channel(room),
            options.presence_cap,
            connection,
            user.encode("utf-8", "surrogatepass"),
        )
        return count

    async def members(self, room: str) -> dict[str, Any]:
        """Gives the data of all users in a room by user id."""
        answer = await self._commander.command("HGETALL", self._keys.presence(room)[2])
        if not isinstance(answer, dict):
            answer = dict(zip(answer[::2], answer[1::2], strict=True))
        return {
            user.decode("utf-8", "surrogatepass"): json.loads(data) for user, data in answer.items()
        }

    async def count(self, room: str) -> int:
        """Gives the number of users in a room."""
        count: int = await self._commander.command("HLEN", self._keys.presence(room)[1])
        return count

    async def refresh(
        self, room: str, options: RoomOptions, members: Iterable[tuple[Member, str]]
    ) -> Position | None:
        """Says that connections of a room are still there, and that the room is held."""
        there = list(members)
        for start in range(0, len(there), MANY):
            await self._attend(room, there[start : start + MANY], options)
        position: Position = (await self._read(room, options, "top"))[0]
        return position


def _milliseconds(seconds: float) -> int:
    # Redis takes neither 0 nor what would overflow its clock.
    return max(1, math.ceil(min(seconds, 1e9) * 1000))

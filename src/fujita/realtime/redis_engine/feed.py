"""What comes over the channels of one Redis server."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from typing import Any

from redis.exceptions import ResponseError

from fujita.log import app_log
from fujita.realtime.errors import EngineUnavailableError
from fujita.realtime.redis_engine.connecting import AWAY, Link

PING_INTERVAL = 5.0
SILENCE = 12.0
"""Seconds without a word, even to Pings, after which a connection is given up."""

LONGEST_PAUSE = 1.0
"""Seconds between two attempts to connect, at most."""


class Feed:
    """Subscribes to channels on a connection of its own, and comes back when it breaks.

    Args:
        link: The way to Redis.
        place: The server.
        deliver: Called with the channel and each message.
        resumed: Called when it has been away and hears all its channels again.
        moved: Called with a channel that the server does not have any more.
    """

    def __init__(
        self,
        link: Link,
        place: str,
        deliver: Callable[[str, bytes], None],
        resumed: Callable[[], None],
        moved: Callable[[str], None],
    ) -> None:
        self._link = link
        self.place = place
        self._deliver = deliver
        self._resumed = resumed
        self._moved = moved
        self._subscribe, self._unsubscribe = (
            ("SSUBSCRIBE", "SUNSUBSCRIBE") if link.sharded else ("SUBSCRIBE", "UNSUBSCRIBE")
        )
        self.channels: set[str] = set()
        self._confirming: dict[str, list[Future[None]]] = {}
        self._returning: set[str] = set()
        """Channels that are not heard again yet."""
        self._connection: Any = None
        self._ready = asyncio.Event()
        self._task = asyncio.ensure_future(self._run())

    async def subscribe(self, channel: str) -> None:
        """Begins to deliver a channel's messages.

        Raises:
            EngineUnavailableError: The server is away.
        """
        confirmed: Future[None] = asyncio.get_running_loop().create_future()
        self.channels.add(channel)
        self._confirming.setdefault(channel, []).append(confirmed)
        try:
            if self._connection is not None:
                await self._say(self._subscribe, channel)
            async with asyncio.timeout(SILENCE):
                await confirmed
        except TimeoutError:
            self.channels.discard(channel)
            raise EngineUnavailableError(f"Redis at {self.place} does not answer") from None
        except BaseException:
            self.channels.discard(channel)
            raise

    async def unsubscribe(self, channel: str) -> None:
        """Delivers no more of a channel's messages."""
        self.channels.discard(channel)
        if self._connection is not None:
            await self._say(self._unsubscribe, channel)

    async def close(self) -> None:
        """Ends the connection."""
        self._task.cancel()
        await asyncio.wait([self._task])
        self._fail("the engine was closed")

    async def _say(self, *words: str) -> None:
        try:
            await self._connection.send_command(*words)
        except AWAY as error:
            raise EngineUnavailableError(
                f"Redis at {self.place} cannot be reached: {error}"
            ) from error

    def _fail(self, reason: str) -> None:
        confirming, self._confirming = self._confirming, {}
        for futures in confirming.values():
            for future in futures:
                if not future.done():
                    future.set_exception(
                        EngineUnavailableError(f"Redis at {self.place} cannot be reached: {reason}")
                    )
                    future.exception()

    async def _run(self) -> None:
        pause = 0.02
        away = False
        while True:
            try:
                async with self._link.listening(self.place) as connection:
                    if away:
                        app_log.info("Redis at %s is back", self.place)
                    pause = 0.02
                    await self._listen(connection, away)
            except (*AWAY, ResponseError) as error:
                self._connection = None
                if not away:
                    app_log.warning("Redis at %s is away: %s", self.place, error)
                away = True
                self._fail(str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                await self._link.refresh()
            except AWAY:
                continue

    async def _listen(self, connection: Any, away: bool) -> None:
        channels = sorted(self.channels)
        self._returning = set(channels)
        self._connection = connection
        for start in range(0, len(channels), 1000):
            await connection.send_command(self._subscribe, *channels[start : start + 1000])
        if away and not channels:
            self._resumed()
        pinging = asyncio.ensure_future(_ping(connection))
        try:
            while True:
                self._take(await connection.read_response(timeout=SILENCE), away)
        finally:
            self._connection = None
            pinging.cancel()

    def _take(self, response: Any, away: bool) -> None:
        if not isinstance(response, list) or len(response) < 3:
            return
        kind = response[0]
        channel = response[1].decode("utf-8", "surrogatepass") if response[1] else ""
        if kind in (b"message", b"smessage"):
            self._deliver(channel, response[2])
        elif kind in (b"subscribe", b"ssubscribe"):
            for future in self._confirming.pop(channel, ()):
                if not future.done():
                    future.set_result(None)
            if self._returning:
                self._returning.discard(channel)
                if away and not self._returning:
                    self._resumed()
        elif kind == b"sunsubscribe" and channel in self.channels:
            self.channels.discard(channel)
            self._moved(channel)


async def _ping(connection: Any) -> None:
    while True:
        await asyncio.sleep(PING_INTERVAL)
        try:
            await connection.send_command("PING")
        except AWAY:
            return

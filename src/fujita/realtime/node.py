"""A process's part of the rooms: its beginning and end, and what its engine tells it."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, TypeVar

from fujita.log import app_log
from fujita.realtime.broadcast import Broadcast
from fujita.realtime.counters import Counters
from fujita.realtime.engine import Engine
from fujita.realtime.errors import EngineUnavailableError, HubClosedError
from fujita.realtime.events import EngineEvent
from fujita.realtime.everyone import Everyone
from fujita.realtime.options import Namespaces
from fujita.realtime.presence import PresenceKeeper
from fujita.realtime.room import Room

Result = TypeVar("Result")


class Node:
    """What a hub is to its engine and to its rooms; programs use `Hub`.

    Args:
        engine: Keeps the rooms.
        namespaces: Knows the options of each room.

    Attributes:
        engine: The same.
        rooms: Those that have members on this node, by name.
    """

    def __init__(self, engine: Engine, namespaces: Namespaces) -> None:
        self.engine = engine
        self.rooms: dict[str, Room] = {}
        self.options = lru_cache(4096)(namespaces.options)
        """Gives the options of a room by its name."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready_on: asyncio.AbstractEventLoop | None = None
        """The loop, as long as there is nothing to be done before what is asked for."""
        self._started: asyncio.Future[None] | None = None
        self._closed = False
        self._past = Counters()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keeper = PresenceKeeper(self)
        self._everyone = Everyone(lambda: list(self.rooms.values()), namespaces.default)

    # Beginning and end.

    async def start(self) -> None:
        """Gets ready; what is first done with a hub does it as well.

        Raises:
            HubClosedError: It has been closed.
            EngineUnavailableError: The engine cannot be reached.
            RuntimeError: It belongs to another loop.
        """
        if self._closed:
            raise HubClosedError("the hub has been closed")
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise RuntimeError(
                "the hub belongs to another event loop; use run_threadsafe from other threads"
            )
        if self._started is None:
            started = self._started = asyncio.ensure_future(self._start())
            started.add_done_callback(self._after_start)
        await asyncio.shield(self._started)

    async def _start(self) -> None:
        await self.engine.start(self)
        self._keeper.start()
        self._ready_on = self._loop

    def _after_start(self, started: "asyncio.Future[None]") -> None:
        if started.cancelled() or started.exception() is not None:
            # The next one tries again.
            self._started = None

    async def close(self) -> None:
        """Ends all subscriptions without a word, and lets the engine go."""
        if self._closed:
            return
        self._closed = True
        self._ready_on = None
        self._keeper.stop()
        self._everyone.forget()
        for room in list(self.rooms.values()):
            for subscription in list(room.subscriptions.values()):
                try:
                    await subscription.leave()
                except EngineUnavailableError:
                    # Its presence expires by itself.
                    room.drop(subscription)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that it belongs to.

        Raises:
            RuntimeError: It has not been started yet, so it belongs to none.
        """
        if self._loop is None:
            raise RuntimeError("the hub has not been started, so it belongs to no event loop yet")
        return self._loop

    def run_threadsafe(
        self, coroutine: Coroutine[Any, Any, Result]
    ) -> "concurrent.futures.Future[Result]":
        """Has the hub's loop do something that another thread wants.

            hub.run_threadsafe(hub.subscribe("lobby", consumer)).result()

        The thread of the loop itself would wait for itself: it awaits instead.

        Args:
            coroutine: Any of the hub's, or one's own.

        Returns:
            A future for the thread to wait for, or not.

        Raises:
            RuntimeError: The hub has not been started, or its loop has been closed.
        """
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except RuntimeError:
            coroutine.close()
            raise

    # Figures.

    @property
    def counters(self) -> Counters:
        """What has happened in all rooms on this node so far."""
        total = Counters()
        total.add(self._past)
        total.add(self._everyone.counters)
        for room in self.rooms.values():
            total.add(room.counters)
        return total

    # For the engine and for rooms.

    def receive(self, room: str, event: EngineEvent) -> None:
        """Takes what happens in a room; called by the engine."""
        held = self.rooms.get(room)
        if held is not None:
            held.receive(event)

    def receive_broadcast(self, broadcast: Broadcast) -> None:
        """Takes what is for everybody; called by the engine."""
        self._everyone.receive(broadcast)

    def resumed(self) -> None:
        """Has all rooms look for what they have missed; called by the engine."""
        for room in list(self.rooms.values()):
            room.count_unsure = room.options.presence
            room.resume()

    def forget(self, room: Room) -> None:
        """Lets go of a room that nobody on this node is in any more."""
        if not room.holders and self.rooms.get(room.name) is room:
            del self.rooms[room.name]
            self._past.add(room.counters)

    def run(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Runs what nobody waits for; what it raises is logged."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ran)
        return task

    def _ran(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, EngineUnavailableError):
            app_log.warning("%s", error)
        elif error is not None:
            app_log.error("A room's task failed", exc_info=error)

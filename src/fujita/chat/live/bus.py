"""News from node to node, and who is in a room on any of them: the chat's use of a hub."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from fujita.chat.errors import ChatError
from fujita.chat.limits import Limits
from fujita.chat.storage import Person
from fujita.log import app_log
from fujita.realtime import (
    Batch,
    Consumer,
    Counted,
    EngineUnavailableError,
    Hub,
    Joined,
    Left,
    Member,
    Publication,
    RealtimeError,
    RoomOptions,
    Subscription,
)

News = Mapping[str, Any]

# News that wait for an engine that is away. The database has what matters of them.
_MOST_WAITING = 1000

_PATIENCE_SECONDS = 1.0
_RETRY_SECONDS = 2.0
_ROLL_CALL_SECONDS = 20.0


class Listener(Protocol):
    """What takes a room's news, on each node that has the room open."""

    def on_news(self, news: News) -> None:
        """Takes what a node has told all nodes."""
        ...

    def on_arrival(self, who: Person, online: int | None, *, quietly: bool) -> None:
        """Somebody has come, on any node; None is one more than there were."""
        ...

    def on_departure(self, id: str, online: int) -> None:
        """Somebody has gone from the last node on which they were."""
        ...

    def on_count(self, online: int) -> None:
        """There are so many that nobody is named."""
        ...

    def on_everybody(self, present: list[Person]) -> None:
        """These are all: what was known before is out of date."""
        ...


class Bus:
    """Connects the nodes of a chat.

    A room has two rooms of the hub: one for its news, and one for who is there.

    Args:
        url: ``memory://`` for a chat that is one process; else Redis.
        limits: The bounds of the chat.

    Raises:
        ValueError: No engine has such a URL.
    """

    def __init__(self, url: str = "memory://", limits: Limits | None = None) -> None:
        bounds = limits or Limits()
        self.is_shared = not url.startswith("memory:")
        # Every node reads what it missed in the database, so the hub needs to remember little.
        news = RoomOptions(history_size=200, history_age=60.0, slow="drop_oldest")
        here = RoomOptions(
            history_size=0,
            presence=True,
            presence_cap=bounds.members_named,
            presence_interval=bounds.crowd_interval,
            slow="drop_oldest",
        )
        self.hub = Hub.from_url(url, rooms={"here:*": here}, default=news)
        self.published = 0
        self.lost = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Gets ready.

        Raises:
            ChatError: The engine cannot be reached.
        """
        try:
            await self.hub.start()
        except RealtimeError as error:
            raise ChatError(str(error)) from None

    async def open(self, room: str, listener: Listener) -> "Channel":
        """Begins to listen to a room's news.

        Where the engine is away, that begins when it is back.
        """
        channel = Channel(self, room, listener)
        await channel.open()
        return channel

    def tell(self, room: str, news: News) -> None:
        """Tells all nodes that have a room open, where this one has not."""
        self.run(self.publish(room, news))

    async def publish(self, room: str, news: News, *, but: str = "", kept: bool = True) -> None:
        """Tells all nodes that have a room open; what cannot be told is counted."""
        try:
            await self.hub.publish(news_room(room), news, exclude=but or None, ephemeral=not kept)
            self.published += 1
        except RealtimeError as error:
            self.lost += 1
            app_log.debug("news of the room %s are lost: %s", room, error)

    async def check(self) -> None:
        """Sees whether the other nodes can be reached.

        Raises:
            ChatError: They cannot; the text says why.
        """
        try:
            await self.hub.publish(news_room("*"), {"check": True}, ephemeral=True)
        except RealtimeError as error:
            raise ChatError(str(error)) from None

    async def close(self) -> None:
        """Ends all."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.hub.close()

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Does something that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ran)
        return task

    def _ran(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, RealtimeError):
            app_log.error("a task of the bus failed", exc_info=error)


def news_room(room: str) -> str:
    """Returns the hub's room for news of a room."""
    return f"news:{room}"


def here_room(room: str) -> str:
    """Returns the hub's room for who is in a room."""
    return f"here:{room}"


class Channel(Consumer):
    """A room on the bus, as long as this node has it open."""

    def __init__(self, bus: Bus, room: str, listener: Listener) -> None:
        super().__init__()
        self._bus = bus
        self._room = room
        self._listener = listener
        self._people: dict[str, _Here] = {}
        self._waiting: deque[tuple[News, bool, str]] = deque(maxlen=_MOST_WAITING)
        self._sender: asyncio.Task[None] | None = None
        self._follower: asyncio.Task[None] | None = None
        self._is_following = asyncio.Event()

    async def open(self) -> None:
        """Begins to listen; returns when that has begun, or after a moment."""
        self._follower = self._bus.run(self._follow())
        try:
            await asyncio.wait_for(self._is_following.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            app_log.debug("the room %s is not on the bus yet", self._room)

    def announce(self, news: News, *, kept: bool = True, us_too: bool = True) -> None:
        """Tells all nodes that have the room open.

        It is not waited for and may be lost: what must not be lost is in the database.

        Args:
            news: Anything that JSON has.
            kept: Whether a node that was cut off for a moment is told later.
            us_too: Whether this node is told as well.
        """
        self._waiting.append((news, kept, "" if us_too else self.id))
        if self._sender is None:
            self._sender = self._bus.run(self._send())

    def enter(self, who: Person, *, quietly: bool = False) -> None:
        """Notes that somebody is here, on this node, or has another name now."""
        here = self._people.get(who.id)
        if here is not None:
            here.leave()
        self._people[who.id] = _Here(self._bus, self._room, who, quietly)
        self._listener.on_arrival(who, None, quietly=quietly)

    def leave(self, id: str) -> None:
        """Notes that somebody is not here any more, on this node."""
        here = self._people.pop(id, None)
        if here is not None:
            here.leave()

    async def end(self) -> int:
        """Listens no more; returns how many are in the room on other nodes."""
        for here in self._people.values():
            here.leave()
        leaving = [here.task for here in self._people.values() if here.task is not None]
        self._people.clear()
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.wait([self._follower])
        if leaving:
            await asyncio.wait(leaving, timeout=_PATIENCE_SECONDS)
        try:
            await self.close()
            return await self._bus.hub.count(here_room(self._room)) if self._bus.is_shared else 0
        except RealtimeError:
            return 0

    # What comes, as a consumer of the hub

    def write(self, batch: Batch) -> None:
        """Hands events on at once: nothing ever waits here."""
        listener = self._listener
        for event in batch.events:
            try:
                if type(event) is Publication:
                    listener.on_news(event.data)
                elif type(event) is Joined:
                    listener.on_arrival(
                        _person(event.user, event.data),
                        event.count,
                        quietly=bool(event.data.get("quietly")),
                    )
                elif type(event) is Left:
                    # They may have come back before this was told.
                    if event.user not in self._people:
                        listener.on_departure(event.user, event.count)
                elif type(event) is Counted:
                    listener.on_count(event.count)
                    if event.named:
                        # Few enough to be named again, but nobody has told us who they are.
                        self._bus.run(self._call_roll())
            except Exception:
                # What one node says in error keeps nobody from hearing the rest.
                app_log.exception("cannot take news of the room %s", self._room)

    def size(self, batch: Batch) -> int:
        """Nothing waits, so nothing has a size."""
        return 0

    def overflowed(self, subscription: Subscription) -> None:
        """Does not happen where nothing waits."""

    # What goes

    async def _send(self) -> None:
        """Publishes one after the other."""
        try:
            while self._waiting:
                news, kept, but = self._waiting.popleft()
                await self._bus.publish(self._room, news, but=but, kept=kept)
        finally:
            self._sender = None

    async def _follow(self) -> None:
        """Subscribes as soon as the engine lets us, then calls the roll from time to time."""
        hub = self._bus.hub
        for room in (news_room(self._room), here_room(self._room)):
            while True:
                try:
                    await hub.subscribe(room, self)
                    break
                except EngineUnavailableError:
                    await asyncio.sleep(_RETRY_SECONDS)
        while True:
            await self._call_roll()
            self._is_following.set()
            await asyncio.sleep(_ROLL_CALL_SECONDS)

    async def _call_roll(self) -> None:
        """Asks who is there; who is on this node certainly is."""
        try:
            members = await self._bus.hub.members(here_room(self._room))
        except EngineUnavailableError:
            return
        present = {id: _person(id, data) for id, data in members.items()}
        present.update((id, here.who) for id, here in self._people.items())
        if self._is_following.is_set() or present:
            self._listener.on_everybody(list(present.values()))


class _Here(Consumer):
    """Somebody's presence in a room: it is there for others and reads nothing itself."""

    def __init__(self, bus: Bus, room: str, who: Person, quietly: bool) -> None:
        super().__init__()
        self.who = who
        self._bus = bus
        self._room = here_room(room)
        self._is_here = True
        self._quietly = quietly
        self.task: asyncio.Task[None] | None = bus.run(self._enter())

    def leave(self) -> None:
        """Goes, after having come."""
        self._is_here = False
        self.task = self._bus.run(self._leave(self.task))

    def send(self, subscription: Subscription, batch: Batch) -> None:
        """Takes nothing."""

    async def _enter(self) -> None:
        data = {"name": self.who.name, **({"quietly": True} if self._quietly else {})}
        member = Member(self.who.id, data)
        while self._is_here:
            try:
                await self._bus.hub.subscribe(self._room, self, member=member)
                return
            except EngineUnavailableError:
                await asyncio.sleep(_RETRY_SECONDS)

    async def _leave(self, entering: asyncio.Task[None] | None) -> None:
        if entering is not None:
            await asyncio.wait([entering])
        await self.close()


def _person(id: str, data: Any) -> Person:
    name = data.get("name") if isinstance(data, dict) else None
    return Person(id, name if isinstance(name, str) else id)

"""A room's changes in their order, each once, whatever way and however often they come."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fujita.chat.errors import StoreError
from fujita.chat.limits import Limits
from fujita.chat.storage import Message, RoomRecord, Store
from fujita.log import app_log

# A node that is further behind does not tell its members each step: they start anew.
_FAR_BEHIND = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a room.

    Attributes:
        position: The room's position after it.
        message: The message that was said, or is different now; None for a change of the room.
    """

    position: int
    message: Message | None

    @property
    def is_new(self) -> bool:
        """Whether somebody said something, rather than changed it."""
        return self.message is not None and self.message.position == self.position


class Missed(NamedTuple):
    """What somebody has missed.

    Attributes:
        said: New messages, in their order.
        changed: Older ones that are different now.
        position: The position up to which that is everything.
    """

    said: list[Message]
    changed: list[Message]
    position: int


class Feed:
    """Hands on the changes of a room, strictly by position.

    Positions are given in the database and have no gaps, so a gap is noticed. What comes too early
    waits for a moment; then what is missing is read from the database.

    Args:
        name: The room's name.
        store: Where it is kept.
        limits: The bounds of the chat.
        deliver: Takes each change, in order.
        restart: Called when so much was missed that everybody is to start anew.
        gone: Called when the room is not there any more.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        limits: Limits,
        deliver: Callable[[Entry], None],
        restart: Callable[[], None],
        gone: Callable[[], None],
    ) -> None:
        self.name = name
        self.position = 0
        self.record: RoomRecord | None = None
        # The latest messages as they are now, the oldest first, and whether there are older ones.
        self.recent: dict[int, Message] = {}
        self.has_older = False
        # The latest changes: all those after `floor`.
        self.floor = 0
        self._changes: deque[Entry] = deque()
        self._store = store
        self._limits = limits
        self._deliver = deliver
        self._restart = restart
        self._gone = gone
        self._loaded = False
        self._waiting: dict[int, Entry] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._catching_up: asyncio.Task[None] | None = None

    async def load(self) -> bool:
        """Reads the room; returns False if there is none.

        Raises:
            StoreError: It cannot be read.
        """
        size = self._limits.kept_in_memory
        # The settings first: the messages, read later, are at least as far.
        record = await self._store.rooms.find(self.name)
        if record is None:
            return False
        messages = await self._store.history.latest(self.name, size + 1)
        self.record = record
        self.has_older = len(messages) > size
        self.recent = {message.id: message for message in messages[-size:]}
        self.position = max([record.position, *(message.changed for message in messages)])
        self.floor = self.position
        self._changes.clear()
        self._loaded = True
        self._drain()
        return True

    # What comes

    def take(self, message: Message) -> None:
        """Takes a message that was said or has changed: from this node's store, or by news."""
        self._take(Entry(message.changed, message))

    def take_note(self, position: int) -> None:
        """Takes the news that the room's settings or members have changed."""
        self._take(Entry(position, None))

    def reached(self, position: int) -> None:
        """Takes the position that the database has; if it is not ours, we look closer.

        A lower one may have been read before ours was reached, or be that of another room.
        """
        if self._loaded and position != self.position:
            self.catch_up()

    def catch_up(self) -> asyncio.Task[None]:
        """Begins to read what is missing, unless that is being done."""
        if self._catching_up is None:
            self._catching_up = asyncio.create_task(self._catch_up())
            self._catching_up.add_done_callback(self._caught_up)
        return self._catching_up

    async def close(self) -> None:
        """Stops."""
        self._loaded = False
        if self._timer is not None:
            self._timer.cancel()
        task = self._catching_up
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def _take(self, entry: Entry) -> None:
        if entry.position <= self.position and self._loaded:
            return
        self._waiting.setdefault(entry.position, entry)
        if not self._loaded:
            return
        self._drain()
        if self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._limits.gap_patience, self._lost_patience)

    def _drain(self) -> None:
        """Hands on what waits and has its turn."""
        while (entry := self._waiting.pop(self.position + 1, None)) is not None:
            self._advance(entry)
        for position in [each for each in self._waiting if each <= self.position]:
            del self._waiting[position]
        if not self._waiting and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _lost_patience(self) -> None:
        self._timer = None
        if self._waiting:
            self.catch_up()

    def _advance(self, entry: Entry) -> None:
        self.position = entry.position
        self._changes.append(entry)
        while len(self._changes) > self._limits.replay:
            self.floor = self._changes.popleft().position
        message = entry.message
        if message is not None and (entry.is_new or message.id in self.recent):
            self.recent[message.id] = message
            if len(self.recent) > self._limits.kept_in_memory:
                del self.recent[next(iter(self.recent))]
                self.has_older = True
        self._deliver(entry)

    # What was missed by this node

    async def _catch_up(self) -> None:
        record = await self._store.rooms.find(self.name)
        before = self.record
        if record is None or (before is not None and record.created != before.created):
            # Another room of the same name counts its positions anew.
            self._gone()
            return
        rows = await self._store.history.changes(self.name, self.position, _FAR_BEHIND + 1)
        if len(rows) > _FAR_BEHIND:
            await self.load()
            self._restart()
            return
        end = max([record.position, *(row.changed for row in rows)])
        entries = _steps(rows, self.position)
        if before is None or record.changed > before.changed:
            # Several changes of the settings are one: what they are now is what counts.
            entries.append(Entry(record.changed, None))
        for entry in sorted(entries, key=lambda entry: entry.position):
            if entry.position > self.position:
                self._advance(entry)
        # Changes that others have overwritten since are not in the database any more.
        self.position = max(self.position, end)
        self._drain()

    def _caught_up(self, task: asyncio.Task[None]) -> None:
        self._catching_up = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if not isinstance(error, StoreError):
            app_log.error("cannot catch up with the room %s", self.name, exc_info=error)
        # The reconciler asks again.

    # What was missed by somebody who comes back

    async def missed(self, after: int) -> Missed | None:
        """Returns what happened after a position; None if that is too much to be told.

        When this returns, nothing was awaited since the last look at what is in memory.

        Raises:
            StoreError: It cannot be read.
        """
        if after > self.position:
            # They were told by a node that is ahead of us.
            await asyncio.shield(self.catch_up())
            if after > self.position:
                return None
        rows: dict[int, Message] = {}
        position = after
        while position < self.floor:
            most = self._limits.replay
            # What has come to us was committed before: the read sees at least that.
            covered = self.position
            read = await self._store.history.changes(self.name, position, most + 1)
            if len(read) > most:
                return None
            rows.update((row.id, row) for row in read)
            position = max([covered, *(row.changed for row in read)])
        for entry in self._changes:
            if entry.position > position and entry.message is not None:
                rows[entry.message.id] = entry.message
        if len(rows) > self._limits.replay:
            return None
        by_id = [rows[id] for id in sorted(rows)]
        return Missed(
            [row for row in by_id if row.position > after],
            [row for row in by_id if row.position <= after],
            max([self.position, *(row.changed for row in by_id)]),
        )


def _steps(rows: Iterable[Message], position: int) -> list[Entry]:
    """Returns the changes that have led to rows: a message was said, and maybe changed later."""
    entries = []
    for row in rows:
        if row.position > position:
            entries.append(Entry(row.position, row))
        if row.changed > row.position:
            entries.append(Entry(row.changed, row))
    return entries

"""The list of public rooms, and telling everybody how it changes."""

import asyncio
import time
from collections.abc import Callable, Iterable

from fujita.chat.limits import Limits
from fujita.chat.live import events
from fujita.chat.names import LOBBY
from fujita.chat.storage import RoomRecord

# A node that has a room open says so from time to time: who is not heard of has nobody in it.
HEARD_SECONDS = 90.0


class Directory:
    """Which public rooms there are and how many people are in each, on all nodes.

    Of the many rooms that may have been used once, only the latest are listed.

    Args:
        limits: The bounds of the chat.
        tell: Sends an event to everybody who is connected to this node.
    """

    def __init__(self, limits: Limits, tell: Callable[[bytes], None]) -> None:
        self._limits = limits
        self._tell = tell
        # With when we last heard of it. Ordered: the latest used room is the last.
        self._rooms: dict[str, events.ListedJson] = {}
        self._heard: dict[str, float] = {}
        self._changed: dict[str, events.ListedJson] = {}
        self._telling: asyncio.TimerHandle | None = None

    def load(self, records: Iterable[RoomRecord]) -> None:
        """Takes the rooms that there are, the latest used first."""
        known = self._rooms
        self._rooms = {}
        for record in reversed(list(records)):
            online = known[record.name]["online"] if record.name in known else 0
            self._rooms[record.name] = listed(record, online)
        self._expire()

    def rooms(self) -> list[events.ListedJson]:
        """Returns the rooms: the lobby, then the fullest, then the latest used."""
        self._expire()
        latest = list(reversed(self._rooms.values()))
        by_size = sorted(latest, key=lambda room: (room["name"] != LOBBY, -room["online"]))
        return by_size[: self._limits.rooms_listed]

    def online(self, name: str) -> int:
        """Returns how many people are in a room."""
        self._expire()
        found = self._rooms.get(name)
        return 0 if found is None else found["online"]

    def get(self, name: str) -> events.ListedJson | None:
        """Returns a room of the list."""
        return self._rooms.get(name)

    def note(self, room: events.ListedJson, *, used: bool = False) -> None:
        """Notes how a room is now.

        Args:
            room: The room.
            used: Whether something was said in it just now.
        """
        name = room["name"]
        before = self._rooms.get(name)
        if used:
            self._rooms.pop(name, None)
        self._rooms[name] = room
        self._heard[name] = time.monotonic()
        while len(self._rooms) > self._limits.rooms_listed * 2:
            del self._rooms[next(iter(self._rooms))]
        if before != room:
            self._note_change(room)

    def remove(self, name: str) -> None:
        """Notes that a room is gone."""
        room = self._rooms.pop(name, None)
        if room is not None:
            self._note_change({**room, "online": 0, "used": False})

    def close(self) -> None:
        """Stops the timer."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None

    def _expire(self) -> None:
        oldest = time.monotonic() - HEARD_SECONDS
        for name, heard in tuple(self._heard.items()):
            if heard < oldest:
                del self._heard[name]
                if name in self._rooms:
                    self._rooms[name] = {**self._rooms[name], "online": 0}

    def _note_change(self, room: events.ListedJson) -> None:
        self._changed[room["name"]] = room
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(self._limits.directory_interval, self._tell_changes)

    def _tell_changes(self) -> None:
        self._telling = None
        changed, self._changed = list(self._changed.values()), {}
        self._tell(events.rooms(changed))


def listed(record: RoomRecord, online: int) -> events.ListedJson:
    """Returns a room as it stands in the list."""
    return {
        "name": record.name,
        "title": record.title,
        "topic": record.topic,
        "online": online,
        "used": True,
    }

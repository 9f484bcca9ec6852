"""The list of rooms, and telling everybody how it changes."""

import asyncio
from collections.abc import Callable, Iterable

from fujita.chat import events
from fujita.chat.limits import Limits
from fujita.chat.names import LOBBY


class Directory:
    """Which rooms there are and how many guests are in each.

    A room is listed while somebody is in it or anything was said in it; of the many that may
    have been used once, only the latest.

    Args:
        known: Rooms with messages, the latest used first.
        limits: The bounds of the chat room.
        tell: Sends an event to everybody who is connected.
    """

    def __init__(self, known: Iterable[str], limits: Limits, tell: Callable[[bytes], None]) -> None:
        self._limits = limits
        self._tell = tell
        self._online: dict[str, int] = {}
        # An ordered set: the latest used room is the last.
        self._used = dict.fromkeys(reversed(list(known)[: limits.rooms_listed]))
        self._changed: set[str] = set()
        self._telling: asyncio.TimerHandle | None = None

    def rooms(self) -> list[events.RoomJson]:
        """Returns the rooms: the lobby, then the fullest, then the latest used."""
        names = dict.fromkeys([LOBBY, *self._by_size(), *reversed(self._used)])
        return [self._entry(name) for name in list(names)[: self._limits.rooms_listed]]

    def used(self, name: str) -> None:
        """Notes that something was said in a room."""
        is_new = name not in self._used
        self._used.pop(name, None)
        self._used[name] = None
        if is_new:
            self._note(name)
            if len(self._used) > self._limits.rooms_listed:
                del self._used[next(iter(self._used))]

    def count(self, name: str, online: int) -> None:
        """Notes how many guests are in a room."""
        if online:
            self._online[name] = online
        else:
            self._online.pop(name, None)
        self._note(name)

    def close(self) -> None:
        """Stops the timer."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None

    def _by_size(self) -> list[str]:
        return sorted(self._online, key=self._online.__getitem__, reverse=True)

    def _entry(self, name: str) -> events.RoomJson:
        return {"name": name, "online": self._online.get(name, 0), "used": name in self._used}

    def _note(self, name: str) -> None:
        self._changed.add(name)
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(self._limits.directory_interval, self._tell_changes)

    def _tell_changes(self) -> None:
        self._telling = None
        self._tell(events.rooms([self._entry(name) for name in sorted(self._changed)]))
        self._changed.clear()

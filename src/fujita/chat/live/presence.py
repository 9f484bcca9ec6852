"""Who is in a room, on all nodes, and telling this node's members who came and went."""

import asyncio
from collections.abc import Callable

from fujita.chat.limits import Limits
from fujita.chat.live import events
from fujita.chat.storage import Person


class Presence:
    """The people in a room.

    Args:
        name: The room's name.
        limits: The bounds of the chat.
        broadcast: Sends an event to this node's members.
    """

    def __init__(self, name: str, limits: Limits, broadcast: Callable[[bytes], None]) -> None:
        self.name = name
        self.online = 0
        self._limits = limits
        self._broadcast = broadcast
        self._people: dict[str, Person] = {}
        self._arrived: dict[str, Person] = {}
        self._returned: dict[str, Person] = {}
        self._departed: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._crowded = False
        self._anew = False

    def to_json(self) -> events.MembersJson:
        """Returns who is here; of a crowd, the first few."""
        people = list(self._people.values())[: self._limits.members_named]
        return {"online": self.online, "members": [who.to_json() for who in people]}

    def get(self, id: str) -> Person | None:
        """Returns somebody who is here."""
        return self._people.get(id)

    def arrived(self, who: Person, online: int | None, *, quietly: bool) -> None:
        """Notes that somebody has come; None is one more than there were."""
        known = self._people.get(who.id)
        if online is not None:
            self.online = max(online, 1)
        elif known is None:
            self.online += 1
        if known == who:
            return
        self._people[who.id] = who
        self._departed.discard(who.id)
        if known is None:
            (self._returned if quietly else self._arrived)[who.id] = who
        self._changed()

    def departed(self, id: str, online: int) -> None:
        """Notes that somebody has gone."""
        self.online = online
        known = self._people.pop(id, None)
        self._arrived.pop(id, None)
        self._returned.pop(id, None)
        if known is not None:
            self._departed.add(id)
        self._changed()

    def counted(self, online: int) -> None:
        """Notes how many there are."""
        self.online = online
        self._crowded = True
        self._changed()

    def replaced(self, present: list[Person]) -> None:
        """Notes who is here, whatever was known before."""
        self.online = len(present)
        people = {who.id: who for who in present}
        if people == self._people and not self._crowded:
            return
        self._people = people
        self._anew = True
        self._changed()

    def rename(self, who: Person, former: str) -> None:
        """Tells everybody that somebody has another name."""
        if who.id in self._people:
            self._people[who.id] = who
            self.tell()
            self._broadcast(events.renamed(self.name, who, former))

    def tell(self) -> None:
        """Tells everybody who came and went since the last time."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        was_crowded = self._crowded
        self._crowded = self.online > self._limits.members_named
        if self._crowded:
            self._broadcast(events.presence(self.name, self.online))
        elif was_crowded or self._anew:
            self._broadcast(events.members(self.name, self.to_json()))
        else:
            self._broadcast(
                events.presence(
                    self.name,
                    self.online,
                    arrived=self._arrived.values(),
                    returned=self._returned.values(),
                    departed=sorted(self._departed),
                )
            )
        self._anew = False
        self._arrived.clear()
        self._returned.clear()
        self._departed.clear()

    def close(self) -> None:
        """Stops the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _changed(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._limits.presence_interval, self.tell)

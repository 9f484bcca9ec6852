"""One room: who is in it, what was said lately, and telling everybody."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fujita.chat import events
from fujita.chat.guests import Guest, GuestJson
from fujita.chat.limits import Limits
from fujita.chat.store import Message


class Connection(Protocol):
    """One open tab of a guest."""

    guest: Guest

    def send(self, event: bytes) -> None:
        """Sends an event, or drops it if the connection is gone."""
        ...


@dataclass(slots=True, eq=False)
class Member:
    """A guest in a room, with each tab that is open there.

    Attributes:
        guest: Who it is.
        connections: The tabs; when the last one breaks, the member stays for a grace period.
        departure: What ends that period.
    """

    guest: Guest
    connections: set[Connection] = field(default_factory=set)
    departure: asyncio.TimerHandle | None = None


class Room:
    """A room that somebody is in.

    Args:
        name: Its name.
        limits: The bounds of the chat room.
        changed: Called when the number of members has changed.
    """

    def __init__(self, name: str, limits: Limits, changed: Callable[["Room"], None]) -> None:
        self.name = name
        self.recent: deque[Message] = deque()
        # The highest id of a message that is not in `recent` any more: older ones are in the
        # store, and those in `recent` follow it without a gap.
        self.floor = 0
        self._limits = limits
        self._changed = changed
        self._members: dict[str, Member] = {}
        # With the last message that each was given on entering.
        self._connections: dict[Connection, int] = {}
        self._last_given = 0
        self._arrived: dict[str, Guest] = {}
        self._returned: dict[str, Guest] = {}
        self._departed: dict[str, Guest] = {}
        self._telling: asyncio.TimerHandle | None = None
        self._crowded = False

    @property
    def online(self) -> int:
        """How many guests are here."""
        return len(self._members)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._connections

    # What is said

    def load(self, messages: list[Message], floor: int) -> None:
        """Takes the last messages from the store; those that were published meanwhile stay.

        Args:
            messages: The oldest first.
            floor: The highest id before them, or 0.
        """
        last = messages[-1].id if messages else 0
        published = [message for message in self.recent if message.id > last]
        self.recent = deque([*messages, *published])
        self.floor = floor
        self._forget_old()

    def publish(self, message: Message) -> None:
        """Tells everybody what was said; each message once, in the order of the ids."""
        if not self.recent or self.recent[-1].id < message.id:
            self.recent.append(message)
            self._forget_old()
        # Whoever speaks has come in first, in everybody's eyes.
        self.tell_presence()
        event = events.message(message)
        if message.id > self._last_given:
            self.broadcast(event)
            return
        # Who came in after it was stored and before we were told of it has it already.
        for connection, given in tuple(self._connections.items()):
            if given < message.id:
                connection.send(event)

    def broadcast(self, event: bytes) -> None:
        """Sends an event to every open tab."""
        # A copy: a reader who is too slow is taken out while we are sending.
        for connection in tuple(self._connections):
            connection.send(event)

    def _forget_old(self) -> None:
        while len(self.recent) > self._limits.kept_in_memory:
            self.floor = self.recent.popleft().id

    # Who comes and goes

    def enter(self, connection: Connection, *, seen: int, quietly: bool) -> None:
        """Takes a tab in.

        Args:
            connection: The tab.
            seen: The last message that it has.
            quietly: Whether its guest comes back from a break that nobody else noticed.
        """
        self._connections[connection] = seen
        self._last_given = max(self._last_given, seen)
        guest = connection.guest
        member = self._members.get(guest.id)
        if member is not None:
            self._enter_again(member, connection)
            return
        self._members[guest.id] = Member(guest, {connection})
        self._departed.pop(guest.id, None)
        (self._returned if quietly else self._arrived)[guest.id] = guest
        self._presence_changed()

    def leave(self, connection: Connection, *, at_once: bool) -> None:
        """Lets a tab go; its guest leaves with the last one.

        Args:
            connection: The tab.
            at_once: Whether it was meant: a broken connection has a grace period.
        """
        if connection not in self._connections:
            return
        del self._connections[connection]
        member = self._members[connection.guest.id]
        member.connections.discard(connection)
        if member.connections:
            return
        grace = 0.0 if at_once else self._limits.departure_grace
        if grace > 0:
            loop = asyncio.get_running_loop()
            member.departure = loop.call_later(grace, self._depart, member)
        else:
            self._depart(member)

    def members(self) -> events.MembersJson:
        """Returns who is here; of a crowd, the first few."""
        named: list[GuestJson] = []
        for member in self._members.values():
            if len(named) == self._limits.members_named:
                break
            named.append(member.guest.to_json())
        return {"online": len(self._members), "members": named}

    def rename(self, guest: Guest, former: str) -> None:
        """Tells everybody that a member has another name."""
        if guest.id in self._members:
            self._members[guest.id].guest = guest
            self.tell_presence()
            self.broadcast(events.renamed(self.name, guest, former))

    def tell_presence(self) -> None:
        """Tells everybody who came and went since the last time."""
        if self._telling is None:
            return
        self._telling.cancel()
        self._telling = None
        online = len(self._members)
        if online > self._limits.members_named:
            self._crowded = True
            self.broadcast(events.presence(self.name, online))
        elif self._crowded and online <= self._limits.members_named * 3 // 4:
            self._crowded = False
            self.broadcast(events.members(self.name, self.members()))
        elif self._crowded:
            self.broadcast(events.presence(self.name, online))
        else:
            event = events.presence(
                self.name,
                online,
                arrived=self._arrived.values(),
                returned=self._returned.values(),
                departed=self._departed.values(),
            )
            self.broadcast(event)
        self._arrived.clear()
        self._returned.clear()
        self._departed.clear()

    def close(self) -> None:
        """Stops the timers."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        for member in self._members.values():
            if member.departure is not None:
                member.departure.cancel()

    def _enter_again(self, member: Member, connection: Connection) -> None:
        member.connections.add(connection)
        if member.departure is not None:
            member.departure.cancel()
            member.departure = None
        former = member.guest
        member.guest = connection.guest
        if former.name != connection.guest.name:
            self.rename(connection.guest, former.name)

    def _depart(self, member: Member) -> None:
        guest = member.guest
        del self._members[guest.id]
        self._arrived.pop(guest.id, None)
        self._returned.pop(guest.id, None)
        self._departed[guest.id] = guest
        self._presence_changed()

    def _presence_changed(self) -> None:
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(self._limits.presence_interval, self.tell_presence)
        self._changed(self)

"""One room on this node: its members here, what is said, and who is there."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fujita.chat.errors import StoreError
from fujita.chat.limits import Limits
from fujita.chat.live import events
from fujita.chat.live.bus import Bus, Channel, News
from fujita.chat.live.feed import Entry, Feed, Missed
from fujita.chat.live.people import Connection, Guest
from fujita.chat.live.presence import Presence
from fujita.chat.storage import Membership, Message, Person, Store, milliseconds
from fujita.log import app_log


@dataclass(slots=True, eq=False)
class Member:
    """A person in a room, with each tab that is open there on this node.

    Attributes:
        guest: Who it is.
        membership: What they may do, as far as this node knows.
        connections: The tabs; when the last one breaks, the member stays for a grace period.
        departure: What ends that period.
    """

    guest: Guest
    membership: Membership
    connections: set[Connection] = field(default_factory=set)
    departure: asyncio.TimerHandle | None = None


class Room:
    """A room that somebody on this node is in.

    Args:
        name: Its name.
        store: Where it is kept.
        bus: Connects it with the same room on other nodes.
        limits: The bounds of the chat.
        changed: Called when the number of people has changed, or the room is empty or gone.
        forget: Called for a tab that has been put out.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        bus: Bus,
        limits: Limits,
        changed: Callable[["Room"], None],
        forget: Callable[[Connection, "Room"], None],
    ) -> None:
        self.name = name
        self.feed = Feed(name, store, limits, self._deliver, self._restart, self.vanish)
        self.presence = Presence(name, limits, self.broadcast)
        self.is_gone = False
        self._store = store
        self._bus = bus
        self._limits = limits
        self._changed = changed
        self._forget = forget
        self._channel: Channel | None = None
        self._members: dict[str, Member] = {}
        # With the position up to which each was told everything on entering.
        self._connections: dict[Connection, int] = {}
        self._last_given = 0
        self._refreshing: asyncio.Task[None] | None = None

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._connections

    @property
    def is_empty(self) -> bool:
        """Whether nobody on this node is in it."""
        return not self._members

    async def open(self) -> bool:
        """Begins to listen, and reads the room; returns False if there is none.

        Raises:
            StoreError: It cannot be read.
        """
        # In this order: what comes while we read waits until it has its turn.
        self._channel = await self._bus.open(self.name, self)
        return await self.feed.load()

    async def close(self) -> int:
        """Stops listening; returns how many are in the room on other nodes."""
        self.presence.close()
        for member in self._members.values():
            if member.departure is not None:
                member.departure.cancel()
        if self._refreshing is not None:
            self._refreshing.cancel()
        await self.feed.close()
        return 0 if self._channel is None else await self._channel.end()

    # Members

    def enter(
        self, connection: Connection, membership: Membership, *, given: int, quietly: bool
    ) -> None:
        """Takes a tab in.

        Args:
            connection: The tab.
            membership: What its person is here.
            given: The position up to which it was told everything.
            quietly: Whether its person comes back from a break that nobody else noticed.
        """
        self._connections[connection] = given
        self._last_given = max(self._last_given, given)
        guest = connection.guest
        member = self._members.get(guest.id)
        if member is None:
            self._members[guest.id] = Member(guest, membership, {connection})
            if self._channel is not None:
                self._channel.enter(guest.person, quietly=quietly)
            return
        member.connections.add(connection)
        member.membership = membership
        if member.departure is not None:
            member.departure.cancel()
            member.departure = None
        former, member.guest = member.guest.person, guest
        if former.name != guest.person.name:
            self.rename(guest.person, former.name)

    def leave(self, connection: Connection, *, at_once: bool) -> None:
        """Lets a tab go; its person leaves with the last one.

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

    def put_out(self, id: str, reason: str) -> None:
        """Puts a person out, with all tabs."""
        member = self._members.get(id)
        if member is None:
            return
        for connection in tuple(member.connections):
            connection.send(events.removed(self.name, reason))
            self._forget(connection, self)
            self.leave(connection, at_once=True)
        if self._members.get(id) is member:
            self._depart(member)

    def let_go(self, id: str) -> None:
        """Lets a person go who has left on another node, with all tabs here."""
        member = self._members.get(id)
        for connection in tuple(member.connections) if member is not None else ():
            connection.send(events.left(self.name))
            self._forget(connection, self)
            self.leave(connection, at_once=True)

    def vanish(self) -> None:
        """Puts everybody out: the room was deleted."""
        self.is_gone = True
        for id in tuple(self._members):
            self.put_out(id, "deleted")
        self._changed(self)

    def rename(self, who: Person, former: str) -> None:
        """Tells everybody, on all nodes, that a member has another name."""
        if self._channel is not None and who.id in self._members:
            self._channel.enter(who, quietly=True)
            self._channel.announce({"renamed": who.to_json(), "former": former})

    # What is said

    def publish(self, message: Message) -> None:
        """Hands on what was stored or changed on this node."""
        self.feed.take(message)
        if self._channel is not None:
            self._channel.announce({"message": message.pack()}, us_too=False)

    def publish_note(self, position: int) -> None:
        """Hands on that settings or memberships were changed on this node."""
        self.feed.take_note(position)
        if self._channel is not None:
            self._channel.announce({"note": position}, us_too=False)

    def publish_leave(self, id: str) -> None:
        """Hands on that somebody is no member any more, by their own wish."""
        if self._channel is not None:
            self._channel.announce({"left": id}, us_too=False)
        self.let_go(id)

    def publish_typing(self, who: Person) -> None:
        """Hands on that somebody is writing."""
        if self._channel is not None:
            self._channel.announce({"typing": who.to_json()}, kept=False)

    def publish_removal(self) -> None:
        """Hands on that the room was deleted."""
        if self._channel is not None:
            self._channel.announce({"deleted": True}, us_too=False)
        self.vanish()

    def broadcast(self, event: bytes, *, but: Iterable[Connection] = ()) -> None:
        """Sends an event to every open tab."""
        # A copy: a reader who is too slow is taken out while we are sending.
        for connection in tuple(self._connections):
            if connection not in but:
                connection.send(event)

    async def catch_up(self, connection: Connection, after: int | None) -> Missed | None:
        """Returns what a tab has missed; None if it is to start anew.

        Raises:
            StoreError: It cannot be read.
        """
        return None if after is None else await self.feed.missed(after)

    def joined(
        self, membership: Membership, missed: Missed | None, ref: str | None
    ) -> tuple[bytes, int]:
        """Returns the event "you are in", and the position up to which it tells everything."""
        record = self.feed.record
        assert record is not None
        recent = list(self.feed.recent.values())
        if missed is None:
            said = recent[-self._limits.page :]
            changed: list[Message] = []
            more = self.feed.has_older or len(said) < len(recent)
            given = self.feed.position
        else:
            said, changed, given = missed
            more = False
        last = recent[-1].number if recent else 0
        record = replace(record, last=max(record.last, last))
        event = {
            "type": "joined",
            "room": self.name,
            "position": given,
            **events.room_members(record),
            **events.own_members(record, membership, milliseconds()),
            "messages": [message.to_json() for message in said],
            "changed": [message.to_json() for message in changed],
            "fresh": missed is None,
            "more": more,
            **self.presence.to_json(),
        }
        return events.encode(event if ref is None else {**event, "ref": ref}), given

    # What comes from the bus

    def on_news(self, news: News) -> None:
        """Takes news of any node."""
        match news:
            case {"message": list(packed)}:
                self.feed.take(Message.unpack(packed))
            case {"note": int(position)}:
                self.feed.take_note(position)
            case {"typing": {"id": str(id), "name": str(name)}}:
                member = self._members.get(id)
                event = events.typing(self.name, Person(id, name))
                self.broadcast(event, but=member.connections if member is not None else ())
            case {"renamed": {"id": str(id), "name": str(name)}, "former": str(former)}:
                self.presence.rename(Person(id, name), former)
            case {"left": str(id)}:
                self.let_go(id)
            case {"deleted": True}:
                self.vanish()

    def on_arrival(self, who: Person, online: int | None, *, quietly: bool) -> None:
        """Somebody has come."""
        self.presence.arrived(who, online, quietly=quietly)
        self._changed(self)

    def on_departure(self, id: str, online: int) -> None:
        """Somebody has gone."""
        self.presence.departed(id, online)
        self._changed(self)

    def on_count(self, online: int) -> None:
        """There are so many that nobody is named."""
        self.presence.counted(online)
        self._changed(self)

    def on_everybody(self, present: list[Person]) -> None:
        """This is everybody."""
        self.presence.replaced(present)
        self._changed(self)

    # What the feed hands on

    def _deliver(self, entry: Entry) -> None:
        message = entry.message
        if message is None:
            self._refresh()
            return
        if entry.is_new:
            # Whoever speaks has come in first, in everybody's eyes.
            self.presence.tell()
            event = events.message(message)
        else:
            event = events.changed(message)
        if entry.position > self._last_given:
            self.broadcast(event)
            return
        # Who came in after it was stored and before we were told of it has it already.
        for connection, given in tuple(self._connections.items()):
            if given < entry.position:
                connection.send(event)

    def _restart(self) -> None:
        """Everybody has missed too much: they are told what there is now."""
        for member in self._members.values():
            event, given = self.joined(member.membership, None, None)
            for connection in tuple(member.connections):
                self._connections[connection] = given
                connection.send(event)

    def _refresh(self) -> None:
        """Reads settings and memberships, and tells those whom they concern."""
        if self._refreshing is not None:
            self._refreshing.cancel()
        self._refreshing = asyncio.create_task(self._read_settings())

    async def _read_settings(self) -> None:
        try:
            record = await self._store.rooms.find(self.name)
            memberships = await self._store.rooms.memberships(self.name, list(self._members))
        except StoreError as error:
            app_log.warning("cannot read the settings of the room %s: %s", self.name, error)
            asyncio.get_running_loop().call_later(
                self._limits.reconcile_interval, self._refresh_unless_empty
            )
            return
        if record is None:
            self.vanish()
            return
        before, self.feed.record = self.feed.record, record
        if before is None or events.room_members(before) != events.room_members(record):
            self.broadcast(events.room(record, record.changed))
        now = milliseconds()
        for id, member in tuple(self._members.items()):
            membership = memberships.get(id)
            if membership is None or membership.role == "none" or membership.banned > now:
                is_banned = membership is not None and membership.banned > now
                self.put_out(id, "banned" if is_banned else "removed")
                continue
            before_it, member.membership = member.membership, membership
            if (membership.role, membership.muted) != (before_it.role, before_it.muted):
                for connection in tuple(member.connections):
                    connection.send(events.role(self.name, membership, now))

    def _refresh_unless_empty(self) -> None:
        if self._members:
            self._refresh()

    def _depart(self, member: Member) -> None:
        del self._members[member.guest.id]
        if self._channel is not None:
            self._channel.leave(member.guest.id)
        self._changed(self)

"""All rooms on this node, and what connected people do in them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fujita.chat.accounts.tokens import Pass
from fujita.chat.figures import Figures
from fujita.chat.limits import Buckets, Limits, Rate, Throttle
from fujita.chat.live import events
from fujita.chat.live.admission import Admission
from fujita.chat.live.bus import Bus
from fujita.chat.live.commands import Join, Say
from fujita.chat.live.directory import HEARD_SECONDS, Directory, listed
from fujita.chat.live.everywhere import Everywhere
from fujita.chat.live.marks import Marks
from fujita.chat.live.openrooms import OpenRooms
from fujita.chat.live.people import Connection, Guest, Guests
from fujita.chat.live.reconciler import Reconciler
from fujita.chat.live.room import Room
from fujita.chat.names import LOBBY
from fujita.chat.storage import (
    Change,
    Draft,
    Message,
    Person,
    Refused,
    RoomRecord,
    Store,
    Stored,
    milliseconds,
)


class Rooms:
    """The chat as a whole, without HTTP and sockets.

    Args:
        store: What outlives this process.
        bus: Connects it with other nodes.
        limits: The bounds.
        figures: Where it counts what is going on.
        admins: Logins of accounts that own every public room that they enter.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        limits: Limits,
        figures: Figures,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        self.limits = limits
        self.store = store
        self.bus = bus
        self.throttle = Throttle(limits)
        self.guests = Guests(figures)
        self.directory = Directory(limits, self._tell_all)
        self.admission = Admission(store, self.throttle, self._room_made, admins)
        self._figures = figures
        self._typing = Buckets(Rate(2, 0.5))
        self._marks = Marks(store)
        self._started = time.monotonic()
        self._connections: set[Connection] = set()
        self._joined: dict[Connection, dict[str, Room]] = {}
        self._everywhere = Everywhere(bus, self.directory, self._renamed)
        self._open = OpenRooms(
            store,
            bus,
            limits,
            figures,
            changed=self._room_changed,
            forget=self._forget_room,
            closed=self._room_closed,
        )
        self._reconciler = Reconciler(
            store,
            self._open,
            limits.reconcile_interval,
            self._compare_directory,
            HEARD_SECONDS / 3,
        )
        self._unfinished = 0
        self._closing = False
        self._waiters: list[asyncio.Future[None]] = []

    async def start(self) -> None:
        """Reads the list of rooms and begins to listen.

        Raises:
            ChatError: The store or the other nodes cannot be reached.
        """
        if await self.store.rooms.find(LOBBY) is None:
            await self.store.rooms.create(LOBBY, "Lobby", None, milliseconds())
        self.directory.load(await self.store.rooms.listed(self.limits.rooms_listed))
        await self.bus.start()
        await self._everywhere.open()
        self._reconciler.start()

    # Connections

    def connect(self, connection: Connection, who: Person) -> Guest:
        """Takes a connection in and returns whose it is."""
        guest = self.guests.attach(connection, who)
        self._joined[connection] = {}
        self._connections.add(connection)
        return guest

    async def welcome(self, who: Person) -> bytes:
        """Returns a connection's first event.

        Raises:
            StoreError: The person's rooms cannot be read.
        """
        yours = await self.yours(who.id)
        return events.welcome(who, self.store.epoch, self.directory.rooms(), yours, self.limits)

    async def yours(self, id: str) -> list[dict[str, Any]]:
        """Returns somebody's rooms, and what is unread in them.

        Raises:
            StoreError: They cannot be read.
        """
        now = milliseconds()
        return [
            {
                **listed(record, self.directory.online(record.name)),
                **events.room_members(record),
                **events.own_members(record, member, now),
            }
            for record, member in await self.store.rooms.of_person(id)
        ]

    def disconnect(self, connection: Connection) -> None:
        """Lets a connection go, whichever rooms it is in."""
        joined = self._joined.pop(connection, None)
        if joined is None:
            return
        self._connections.discard(connection)
        self.guests.detach(connection)
        for room in joined.values():
            room.leave(connection, at_once=False)
        self._progress()

    def connections(self) -> tuple[Connection, ...]:
        """Returns all connections."""
        return tuple(self._connections)

    def is_in(self, connection: Connection, name: str) -> bool:
        """Says whether a connection has joined a room."""
        return name in self._joined.get(connection, ())

    # What people do

    async def join(
        self, connection: Connection, command: Join, address: str, token: Pass | None = None
    ) -> None:
        """Takes a connection into a room and sends it what it has not got.

        Raises:
            StoreError: The store cannot be reached.
        """
        name = command.room
        joined = self._joined.get(connection)
        if joined is None:
            return
        if name not in joined and len(joined) >= self.limits.rooms_per_connection:
            detail = f"at most {self.limits.rooms_per_connection} rooms at once"
            connection.send(events.error("too-many-rooms", detail, room=name, ref=command.ref))
            return
        who = connection.guest.person
        membership = await self.admission.admit(
            name, who, address, create=command.create, invite=command.invite, token=token
        )
        room = None if isinstance(membership, Refused) else await self._open.open(name)
        if isinstance(membership, Refused) or room is None:
            refusal = membership if isinstance(membership, Refused) else Refused("no-room")
            connection.send(
                events.error(
                    refusal.code, room=name, ref=command.ref, retry_after=refusal.retry_after
                )
            )
            return
        try:
            missed = await room.catch_up(connection, command.after)
        except BaseException:
            self._open.close_if_empty(room)
            raise
        # Nothing is awaited from here to the end: whatever is said next reaches the connection
        # as a member, and whatever was said before is in what it is given.
        if connection not in self._joined or room.is_gone or self._open.get(name) is not room:
            self._open.close_if_empty(room)
            if connection in self._joined:
                connection.send(events.error("storage", room=name, ref=command.ref))
            return
        is_restart = time.monotonic() - self._started < self.limits.quiet_start
        given = room.feed.position if missed is None else missed.position
        room.enter(
            connection,
            membership,
            given=given,
            quietly=command.after is not None and is_restart,
        )
        joined[name] = room
        connection.send(room.joined(membership, missed, command.ref)[0])

    async def leave(self, connection: Connection, name: str, ref: str | None) -> None:
        """Ends a membership, in all tabs.

        Raises:
            StoreError: The store cannot be reached.
        """
        joined = self._joined.get(connection, {}).pop(name, None)
        if joined is not None:
            joined.leave(connection, at_once=True)
        await self.give_up(name, connection.guest.id)
        connection.send(events.left(name, ref))

    async def give_up(self, name: str, id: str) -> None:
        """Ends a membership; the person's tabs are told, on all nodes.

        Raises:
            StoreError: The store cannot be reached.
        """
        await self.store.rooms.leave(name, id)
        room = self._open.get(name)
        if room is not None:
            room.publish_leave(id)
        else:
            self.bus.tell(name, {"left": id})

    async def say(self, connection: Connection, command: Say, address: str) -> None:
        """Stores a message, acknowledges it, and tells everybody in the room.

        Raises:
            StoreError: It could not be stored.
        """
        if self._closing:
            # Unanswered, it is sent again to whoever serves this address next.
            return
        who = connection.guest.person
        name, key, ref = command.room, command.key, command.ref
        refusal: Stored | Refused
        wait = self.throttle.say(who.id, address)
        if not self.is_in(connection, name):
            refusal = Refused("not-joined")
        elif wait:
            refusal = Refused("too-fast", wait)
        else:
            refusal = await self.store_message(
                Draft(
                    name,
                    milliseconds(),
                    who.id,
                    who.name,
                    command.text,
                    key,
                    command.files,
                    command.mentions,
                )
            )
        if isinstance(refusal, Stored):
            connection.send(events.said(refusal.message, ref))
            return
        connection.send(
            events.error(refusal.code, room=name, key=key, ref=ref, retry_after=refusal.retry_after)
        )

    async def store_message(self, draft: Draft) -> Stored | Refused:
        """Stores a message and tells everybody in its room; said twice, it is told once.

        Raises:
            StoreError: It could not be stored.
        """
        self._unfinished += 1
        try:
            stored = await self.store.append(draft)
            if isinstance(stored, Stored) and stored.fresh:
                self._figures.messages += 1
                self.publish(stored.message)
            return stored
        finally:
            self._unfinished -= 1
            self._progress()

    async def change(self, name: str, id: int, person_id: str, what: Change) -> Message | Refused:
        """Changes a message and tells everybody in its room.

        Raises:
            StoreError: It could not be changed.
        """
        result = await self.store.change(name, id, person_id, what)
        if isinstance(result, Message):
            self.publish(result)
        return result

    def publish(self, message: Message) -> None:
        """Tells everybody what the store has."""
        room = self._open.get(message.room)
        if room is not None:
            room.publish(message)
        else:
            self.bus.tell(message.room, {"message": message.pack()})

    def note(self, name: str, position: int) -> None:
        """Tells everybody that settings or memberships of a room have changed."""
        room = self._open.get(name)
        if room is not None:
            room.publish_note(position)
        else:
            self.bus.tell(name, {"note": position})

    def deleted(self, name: str) -> None:
        """Tells everybody that a room was deleted."""
        room = self._open.get(name)
        if room is not None:
            room.publish_removal()
        else:
            self.bus.tell(name, {"deleted": True})
        self._everywhere.unlist_room(name)

    def relist(self, name: str) -> None:
        """Tells everybody how a public room is listed now."""
        room = self._open.get(name)
        if room is not None:
            self._room_changed(room, again=True)

    def typing(self, connection: Connection, name: str) -> None:
        """Tells a room that somebody is writing; too often is as good as not at all."""
        room = self._joined.get(connection, {}).get(name)
        if room is not None and not self._typing.take(f"{name} {connection.guest.id}"):
            room.publish_typing(connection.guest.person)

    def read(self, connection: Connection, name: str, number: int) -> None:
        """Notes how far somebody has read, and tells their other tabs."""
        room = self._joined.get(connection, {}).get(name)
        if room is None:
            return
        self._marks.note(name, connection.guest.id, number)
        recent = room.feed.recent
        last = next(reversed(recent.values())).number if recent else 0
        event = events.read(name, min(number, last), max(last - number, 0), 0)
        for each in connection.guest.connections:
            if each is not connection and self.is_in(each, name):
                each.send(event)

    async def history(
        self, connection: Connection, name: str, before: int, ref: str | None
    ) -> None:
        """Sends a page of older messages.

        Raises:
            StoreError: They cannot be read.
        """
        if not self.is_in(connection, name):
            connection.send(events.error("not-joined", room=name, ref=ref))
            return
        page = await self.store.history.latest(name, self.limits.page + 1, before)
        more = len(page) > self.limits.page
        page = page[-self.limits.page :]
        connection.send(events.history(name, before, page, more=more, ref=ref))

    def rename(self, who: Person) -> None:
        """Gives somebody another name, on all nodes, in all rooms and tabs."""
        self._everywhere.rename(who)

    def is_name_taken(self, name: str, id: str) -> bool:
        """Says whether somebody else who is connected here goes by a name."""
        return self.guests.is_taken(name, by_another_than=id)

    # The end

    async def finish(self) -> None:
        """Takes no more messages, and waits for those that are being stored."""
        self._closing = True
        await self._until(lambda: not self._unfinished)

    async def emptied(self) -> None:
        """Waits until nobody is connected any more."""
        await self._until(lambda: not self._connections)

    async def close(self) -> None:
        """Stops everything, and closes bus and store."""
        await self._reconciler.close()
        self.directory.close()
        await self._open.close()
        await self._everywhere.close()
        await self._marks.close()
        await self.bus.close()
        await self.store.close()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def _progress(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    # Rooms on this node

    def _room_changed(self, room: Room, *, again: bool = False) -> None:
        if room.is_gone:
            self.directory.remove(room.name)
        elif room.feed.record is not None:
            online = room.presence.online
            self._everywhere.list_room(room.feed.record, online, again=again)

    def _forget_room(self, connection: Connection, room: Room) -> None:
        joined = self._joined.get(connection)
        if joined is not None and joined.get(room.name) is room:
            del joined[room.name]

    def _room_closed(self, room: Room) -> None:
        if room.feed.record is not None:
            self._everywhere.list_room(room.feed.record, 0)

    def _room_made(self, record: RoomRecord) -> None:
        self._everywhere.list_room(record, 0)

    def _tell_all(self, event: bytes) -> None:
        for connection in tuple(self._connections):
            connection.send(event)

    def _renamed(self, id: str, name: str) -> None:
        guest = self.guests.get(id)
        if guest is None or guest.person.name == name:
            return
        former = guest.person.name
        guest.person = replace(guest.person, name=name)
        rooms: dict[str, Room] = {}
        for connection in tuple(guest.connections):
            connection.send(events.named(guest.person))
            rooms.update(self._joined.get(connection, {}))
        for room in rooms.values():
            room.rename(guest.person, former)

    async def _compare_directory(self) -> None:
        self.directory.load(await self.store.rooms.listed(self.limits.rooms_listed))
        for room in self._open.all().values():
            self._room_changed(room, again=True)

"""``/api/rooms…``: rooms, their settings, members and invitations."""

from typing import Any

from fujita.chat.api.base import (
    ApiHandler,
    Refusal,
    checked,
    number_member,
    text_member,
)
from fujita.chat.live import events
from fujita.chat.names import LOBBY, InvalidText, line_text, room_name
from fujita.chat.storage import Membership, Person, RoomRecord, milliseconds

TITLE_LENGTH = 64
TOPIC_LENGTH = 200
SLOWEST = 21_600
MEMBERS_LISTED = 1000

_INVITATION_HOURS = 168
_INVITATION_USES = 25

# As long as any of us is likely to care, and exact in every JSON reader.
FOR_EVER = 1 << 52


class RoomsHandler(ApiHandler):
    """``/api/rooms``: the list of rooms, and making one."""

    async def get(self) -> None:
        """Sends the list."""
        who = await self.person()
        yours = await self.services.rooms.yours(who.id) if who is not None else []
        self.finish({"rooms": self.services.rooms.directory.rooms(), "yours": yours})

    async def post(self) -> None:
        """Makes a room."""
        members = self.body()
        try:
            name = room_name(text_member(members, "name"))
        except InvalidText as error:
            raise Refusal(f"room-{error.code}") from None
        title = _line(members, "title", TITLE_LENGTH, name) or name
        private = members.get("private", False)
        if not isinstance(private, bool):
            raise Refusal("bad-command")
        who = await self.somebody()
        if self.bearer() is not None:
            raise Refusal("not-allowed")
        wait = self.services.throttle.make_room(who.id, self.address())
        if wait:
            raise Refusal("too-often", wait)
        if not await self.services.rooms.admission.make(name, title, who, private=private):
            raise Refusal("room-taken")
        self.set_status(201)
        self.finish(room_json(*await self.readable(name, who)))


class ModeratedHandler(ApiHandler):
    """What the handlers of rooms have in common."""

    async def moderated(self, name: str) -> tuple[RoomRecord, Membership]:
        """Returns a room that who asks may moderate, and what they are in it.

        Raises:
            Refusal: They may not.
        """
        record, membership = await self.readable(name, await self.somebody())
        if not membership.moderates:
            raise Refusal("not-allowed")
        return record, membership


class RoomHandler(ModeratedHandler):
    """``/api/rooms/ROOM``."""

    async def get(self, typed: str) -> None:
        """Sends what the room is."""
        who = await self.person()
        self.finish(room_json(*await self.readable(self.room(typed), who)))

    async def patch(self, typed: str) -> None:
        """Changes its settings."""
        members = self.body()
        name = self.room(typed)
        record, membership = await self.moderated(name)
        settings: dict[str, Any] = {}
        if "title" in members:
            settings["title"] = _line(members, "title", TITLE_LENGTH) or name
        if "topic" in members:
            settings["topic"] = _line(members, "topic", TOPIC_LENGTH)
        if "slow" in members:
            settings["slow"] = number_member(members, "slow", 0, SLOWEST)
        if settings:
            changed = await self.services.store.rooms.configure(name, **settings)
            if changed is None:
                raise Refusal("no-room")
            record = changed
            self.services.rooms.note(name, record.position)
        self.finish(room_json(record, membership))

    async def delete(self, typed: str) -> None:
        """Deletes the room, and everything in it."""
        name = self.room(typed)
        _, membership = await self.moderated(name)
        if membership.role != "owner" or name == LOBBY:
            raise Refusal("not-allowed")
        self.services.folder.remove(await self.services.store.rooms.remove(name))
        self.services.rooms.deleted(name)
        self.set_status(204)
        self.finish()


class JoinHandler(ApiHandler):
    """``/api/rooms/ROOM/join``: membership without a WebSocket."""

    async def put(self, typed: str) -> None:
        """Makes who asks a member."""
        name = self.room(typed)
        invite = self.body().get("invite") if self.request.body else None
        who = await self.somebody()
        token = self.bearer()
        checked(
            await self.services.rooms.admission.admit(
                name,
                who,
                self.address(),
                invite=invite if isinstance(invite, str) else None,
                token=token,
            )
        )
        self.finish(room_json(*await self.readable(name, who)))

    async def delete(self, typed: str) -> None:
        """Ends the membership of who asks."""
        name = self.room(typed)
        who = await self.somebody()
        await self.services.rooms.give_up(name, who.id)
        self.set_status(204)
        self.finish()


class InvitationsHandler(ApiHandler):
    """``/api/rooms/ROOM/invitations``."""

    async def post(self, typed: str) -> None:
        """Makes an invitation."""
        members = self.body() if self.request.body else {}
        name = self.room(typed)
        hours = number_member(members, "hours", 1, 8760, _INVITATION_HOURS)
        uses = number_member(members, "uses", 1, 10_000, _INVITATION_USES)
        who = await self.somebody()
        _, membership = await self.readable(name, who)
        if membership.role == "none":
            raise Refusal("not-joined")
        now = milliseconds()
        token = await self.services.store.rooms.invite(
            name, who.id, now, seconds=hours * 3600, uses=uses
        )
        if token is None:
            raise Refusal("no-room")
        self.set_status(201)
        url = f"{self.scheme()}://{self.request.host}/invite/{token}"
        self.finish({"token": token, "url": url, "expires": now + hours * 3_600_000})


class MembersHandler(ApiHandler):
    """``/api/rooms/ROOM/members``."""

    async def get(self, typed: str) -> None:
        """Sends the members; to those who moderate, also who is muted or banned."""
        name = self.room(typed)
        _, own = await self.readable(name, await self.somebody())
        members = await self.services.store.rooms.members(name, MEMBERS_LISTED)
        shown = [each for each in members if own.moderates or each.role != "none"]
        self.finish({"members": [member_json(each, own.moderates) for each in shown]})


class MemberHandler(ModeratedHandler):
    """``/api/rooms/ROOM/members/ID``."""

    async def put(self, typed: str, id: str) -> None:
        """Gives a member another role, mutes or bans them, or lifts that."""
        members = self.body()
        name = self.room(typed)
        _, own = await self.moderated(name)
        other = await self._other(name, id, own)
        now = milliseconds()
        values: dict[str, int | str] = {}
        if "role" in members:
            role = text_member(members, "role")
            if own.role != "owner" or role not in ("moderator", "member"):
                raise Refusal("not-allowed")
            if other.role == "none":
                raise Refusal("not-joined")
            values["role"] = role
        for kind in ("muted", "banned"):
            if kind in members:
                seconds = number_member(members, kind, -1, 10**9)
                until = now + seconds * 1000 if seconds > 0 else 0
                values[kind] = FOR_EVER if seconds < 0 else until
        if not values:
            raise Refusal("bad-command")
        await self._restrict(name, other.person, values)
        membership = await self.services.store.rooms.membership(name, other.person)
        self.finish(member_json(membership, True))

    async def delete(self, typed: str, id: str) -> None:
        """Puts a member out."""
        name = self.room(typed)
        _, own = await self.moderated(name)
        other = await self._other(name, id, own)
        await self._restrict(name, other.person, {"role": "none"})
        self.set_status(204)
        self.finish()

    async def _other(self, name: str, id: str, own: Membership) -> Membership:
        known = await self.services.store.people.find(id)
        if known is None:
            raise Refusal("bad-command", status=404)
        other = await self.services.store.rooms.membership(name, known)
        if id == own.person.id or (other.moderates and own.role != "owner"):
            raise Refusal("not-allowed")
        return other

    async def _restrict(self, name: str, who: Person, values: dict[str, int | str]) -> None:
        rooms = self.services.store.rooms
        checked(await rooms.restrict(name, who, milliseconds(), **values))
        positions = await self.services.store.history.positions([name])
        self.services.rooms.note(name, positions.get(name, 0))


def room_json(record: RoomRecord, membership: Membership) -> dict[str, Any]:
    """Returns a room as its members see it."""
    return {
        "name": record.name,
        "position": record.position,
        **events.room_members(record),
        **events.own_members(record, membership, milliseconds()),
    }


def member_json(member: Membership, moderates: bool) -> dict[str, Any]:
    """Returns a member, with restrictions for who may change them."""
    members: dict[str, Any] = {
        **member.person.to_json(),
        "kind": member.person.kind,
        "role": member.role,
    }
    now = milliseconds()
    if moderates and member.muted > now:
        members["muted"] = member.muted
    if moderates and member.banned > now:
        members["banned"] = member.banned
    return members


def _line(members: dict[str, Any], name: str, longest: int, default: str = "") -> str:
    if name not in members:
        return default
    try:
        return line_text(text_member(members, name), longest)
    except InvalidText as error:
        raise Refusal(f"text-{error.code}") from None

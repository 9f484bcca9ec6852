"""Who may come into which room."""

from collections.abc import Callable

from fujita.chat.accounts.tokens import Pass
from fujita.chat.limits import Throttle
from fujita.chat.storage import Membership, Person, Refused, RoomRecord, Store, milliseconds


class Admission:
    """Makes people members, and rooms.

    Args:
        store: Where that is kept.
        throttle: Bounds how many rooms are made.
        made: Told of each new room.
        admins: Logins of accounts that own every public room that they enter, the lobby too.
    """

    def __init__(
        self,
        store: Store,
        throttle: Throttle,
        made: Callable[[RoomRecord], None],
        admins: frozenset[str] = frozenset(),
    ) -> None:
        self._admins = admins
        self._rooms = store.rooms
        self._throttle = throttle
        self._made = made

    async def admit(
        self,
        name: str,
        who: Person,
        address: str,
        *,
        create: bool = False,
        invite: str | None = None,
        token: Pass | None = None,
    ) -> Membership | Refused:
        """Makes somebody a member of a room, if they are not and may be.

        Args:
            name: The room.
            who: The person.
            address: Where they come from.
            create: Whether to make the room if there is none.
            invite: An invitation.
            token: What the site says that the person comes from.

        Raises:
            StoreError: The store cannot be reached.
        """
        now = milliseconds()
        if token is not None and not token.allows(name):
            return Refused("not-allowed")
        # Most come back: reading costs less than asking for the room's lock.
        membership = await self._rooms.membership(name, who)
        is_in = membership.role != "none" and membership.banned <= now
        if who.login in self._admins and membership.role != "owner":
            return await self._take_over(name, who, now, create)
        if is_in and membership.person.name == who.name:
            return membership
        if token is not None and token.rooms is not None:
            # The site vouches for them, as an invitation would.
            invite = await self._rooms.invite(name, who.id, now, seconds=60, uses=1) or invite
        result = await self._rooms.enter(name, who, now, invite)
        if result == Refused("no-room") and create:
            wait = self._throttle.make_room(who.id, address)
            if wait:
                return Refused("too-often", wait)
            await self.make(name, name, who, private=False)
            result = await self._rooms.enter(name, who, now, invite)
        return result

    async def _take_over(
        self, name: str, who: Person, now: int, create: bool
    ) -> Membership | Refused:
        """Lets an admin in, as an owner where the room is public."""
        record = await self._rooms.find(name)
        if record is None:
            if not create:
                return Refused("no-room")
            await self.make(name, name, who, private=False)
        elif record.private:
            return await self._rooms.enter(name, who, now)
        return await self._rooms.restrict(name, who, now, role="owner", banned=0, muted=0)

    async def make(self, name: str, title: str, owner: Person, *, private: bool) -> bool:
        """Makes a room; returns False if there is one of that name.

        Raises:
            StoreError: The store cannot be reached.
        """
        record = await self._rooms.create(name, title, owner, milliseconds(), private=private)
        if record is not None:
            self._made(record)
        return record is not None

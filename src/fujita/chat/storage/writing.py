"""Storing messages: many drafts in one transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from fujita.chat.storage.records import Draft, FileJson, Message, Refused, Stored, StoredFile
from fujita.chat.storage.rows import MESSAGE_COLUMNS, message_from_row
from fujita.chat.storage.schema import file, member, message, room

Result = Stored | Refused


async def lock_rooms(connection: AsyncConnection, names: Iterable[str]) -> dict[str, Any]:
    """Locks rooms against other writers, and returns their rows by name.

    Always in the order of their ids: two nodes that lock the same rooms never wait for each other.
    In SQLite the whole file is locked already.
    """
    rows = await connection.execute(
        select(room.c.id, room.c.name, room.c.position, room.c.last, room.c.slow)
        .where(room.c.name.in_(sorted(set(names))))
        .order_by(room.c.id)
        .with_for_update()
    )
    return {row.name: row for row in rows}


async def append(connection: AsyncConnection, drafts: Sequence[Draft]) -> list[Result]:
    """Stores messages: each is given its room's next position and number.

    A room stays locked until the transaction is committed, so that positions become visible in
    their order and without a gap, whichever node has written them.
    """
    rooms = await lock_rooms(connection, (draft.room for draft in drafts))
    batch = _Batch(
        rooms,
        await _said_before(connection, drafts, rooms),
        await _members(connection, drafts, rooms),
        await _files(connection, drafts),
    )
    decided = [batch.decide(draft) for draft in drafts]
    await _insert(connection, batch)
    if batch.new:
        await _note(connection, batch)
    return [item if isinstance(item, Refused) else batch.result(item) for item in decided]


class _Batch:
    """Decides what becomes of each draft, before anything is written."""

    def __init__(
        self,
        rooms: dict[str, Any],
        before: dict[tuple[str, str, str], Message],
        members: dict[tuple[str, str], Any],
        files: dict[str, StoredFile],
    ) -> None:
        self.rooms = rooms
        self.before = before
        self.files = files
        self.ends = {name: (row.position, row.last) for name, row in rooms.items()}
        self.new: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.drafts: dict[tuple[str, str, str], Draft] = {}
        self.stored: dict[tuple[str, str, str], Message] = {}
        self._members = members
        self._said: dict[tuple[str, str], int] = {}
        self._returned: set[tuple[str, str, str]] = set()

    def decide(self, draft: Draft) -> tuple[str, str, str] | Refused:
        """Returns the key of the message that a draft becomes or was, or why it becomes none."""
        key = (draft.room, draft.author_id, draft.key)
        if key in self.before or key in self.new:
            return key
        refusal = self._refusal(draft)
        if refusal is not None:
            return refusal
        position, last = self.ends[draft.room]
        self.ends[draft.room] = (position + 1, last + 1)
        self.drafts[key] = draft
        self.new[key] = {
            "room_id": self.rooms[draft.room].id,
            "number": last + 1,
            "position": position + 1,
            "changed": position + 1,
            "time": draft.time,
            "author_id": draft.author_id,
            "author_name": draft.author_name,
            "text": draft.text,
            "key": draft.key,
            "reactions": [],
            "files": self._attached(draft),
            "mentions": list(draft.mentions),
        }
        return key

    def result(self, key: tuple[str, str, str]) -> Stored:
        """Returns what became of a draft that was not refused."""
        stored = self.stored.get(key)
        if stored is None:
            return Stored(self.before[key], fresh=False)
        fresh = key not in self._returned
        self._returned.add(key)
        return Stored(stored, fresh)

    def _attached(self, draft: Draft) -> list[FileJson]:
        return [
            self.files[id].to_json()
            for id in draft.files
            if id in self.files and _belongs(self.files[id], draft)
        ]

    def _refusal(self, draft: Draft) -> Refused | None:
        found = self.rooms.get(draft.room)
        who = self._members.get((draft.room, draft.author_id))
        if found is None:
            return Refused("no-room")
        if who is None or who.role == "none":
            return Refused("not-joined")
        if who.banned > draft.time:
            return Refused("banned", (who.banned - draft.time) / 1000)
        if who.muted > draft.time:
            return Refused("muted", (who.muted - draft.time) / 1000)
        if not draft.text and not self._attached(draft):
            return Refused("text-empty")
        if found.slow and who.role == "member":
            said = self._said.get((draft.room, draft.author_id), who.said)
            wait = said + found.slow * 1000 - draft.time
            # One who spoke in the future did so before the clock was set back.
            if 0 < wait <= found.slow * 1000:
                return Refused("slow-mode", wait / 1000)
            self._said[draft.room, draft.author_id] = draft.time
        return None

    def said(self) -> dict[tuple[str, str], int]:
        """Returns when members of slow rooms have spoken."""
        return self._said


def _belongs(found: StoredFile, draft: Draft) -> bool:
    return (
        found.person_id == draft.author_id and found.room == draft.room and found.message_id is None
    )


async def _said_before(
    connection: AsyncConnection, drafts: Sequence[Draft], rooms: dict[str, Any]
) -> dict[tuple[str, str, str], Message]:
    keys = [
        (draft.author_id, draft.key, rooms[draft.room].id)
        for draft in drafts
        if draft.room in rooms
    ]
    rows = await connection.execute(
        select(*MESSAGE_COLUMNS)
        .join(room, room.c.id == message.c.room_id)
        .where(tuple_(message.c.author_id, message.c.key, message.c.room_id).in_(keys))
    )
    found = map(message_from_row, rows)
    return {(each.room, each.author_id, each.key): each for each in found}


async def _members(
    connection: AsyncConnection, drafts: Sequence[Draft], rooms: dict[str, Any]
) -> dict[tuple[str, str], Any]:
    names = {row.id: name for name, row in rooms.items()}
    keys = {(rooms[each.room].id, each.author_id) for each in drafts if each.room in rooms}
    rows = await connection.execute(
        select(
            member.c.room_id,
            member.c.person_id,
            member.c.role,
            member.c.said,
            member.c.muted,
            member.c.banned,
        ).where(tuple_(member.c.room_id, member.c.person_id).in_(sorted(keys)))
    )
    return {(names[row.room_id], row.person_id): row for row in rows}


async def _files(connection: AsyncConnection, drafts: Sequence[Draft]) -> dict[str, StoredFile]:
    ids = {id for draft in drafts for id in draft.files}
    if not ids:
        return {}
    rows = await connection.execute(
        select(file, room.c.name.label("room"))
        .join(room, room.c.id == file.c.room_id)
        .where(file.c.id.in_(sorted(ids)))
    )
    return {
        row.id: StoredFile(
            row.id, row.room, row.person_id, row.name, row.type, row.size, row.message_id
        )
        for row in rows
    }


async def _insert(connection: AsyncConnection, batch: _Batch) -> None:
    if not batch.new:
        return
    keys = list(batch.new)
    ids = await connection.execute(
        insert(message).returning(message.c.id, sort_by_parameter_order=True),
        list(batch.new.values()),
    )
    for key, id in zip(keys, ids.scalars(), strict=True):
        values = dict(batch.new[key])
        del values["room_id"]
        batch.stored[key] = Message(id=id, room=key[0], **values).frozen()


async def _note(connection: AsyncConnection, batch: _Batch) -> None:
    """Notes in rooms, memberships and files what the new messages mean for them."""
    times = {key[0]: values["time"] for key, values in batch.new.items()}
    await connection.execute(
        update(room)
        .where(room.c.id == bindparam("which"))
        .values(position=bindparam("p"), last=bindparam("n"), used=bindparam("t")),
        [
            {"which": batch.rooms[name].id, "p": p, "n": n, "t": times[name]}
            for name, (p, n) in batch.ends.items()
            if name in times
        ],
    )
    spoken = [
        {"which": batch.rooms[name].id, "who": who, "t": time}
        for (name, who), time in sorted(batch.said().items())
    ]
    if spoken:
        await connection.execute(_of_member().values(said=bindparam("t")), spoken)
    mentions = sorted(
        (values["room_id"], who) for values in batch.new.values() for who in values["mentions"]
    )
    if mentions:
        await connection.execute(
            _of_member().values(mentioned=member.c.mentioned + 1),
            [{"which": which, "who": who} for which, who in mentions],
        )
    attached = [
        {"which": each["id"], "to": batch.stored[key].id}
        for key, values in batch.new.items()
        for each in values["files"]
    ]
    if attached:
        await connection.execute(
            update(file).where(file.c.id == bindparam("which")).values(message_id=bindparam("to")),
            attached,
        )


def _of_member() -> Any:
    return update(member).where(
        member.c.room_id == bindparam("which"), member.c.person_id == bindparam("who")
    )

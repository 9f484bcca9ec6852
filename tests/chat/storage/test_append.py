import asyncio
from pathlib import Path

import pytest

from fujita.chat.errors import StoreError
from fujita.chat.storage import Person, Refused, Store, Stored, StoredFile, open_store
from tests.chat.storage.stores import BOB, NOW, Run, draft, on_store, open_room, say


def test_messages_are_numbered_in_order_and_without_a_gap(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await open_room(store, "大厅")
        results = await asyncio.gather(
            *(store.append(draft(f"{n} 🌪", "lobby" if n % 2 else "大厅")) for n in range(100))
        )
        stored = [result for result in results if isinstance(result, Stored)]
        assert len(stored) == 100
        for name in ("lobby", "大厅"):
            messages = [each.message for each in stored if each.message.room == name]
            assert [message.number for message in messages] == list(range(1, 51))
            assert [message.position for message in messages] == list(range(1, 51))
            assert [message.id for message in messages] == sorted({m.id for m in messages})
            assert await store.history.latest(name, 100) == messages
            assert await store.history.latest(name, 3, messages[10].id) == messages[7:10]
            assert await store.history.after(name, messages[10].id, 2) == messages[11:13]
        assert await store.history.latest("nowhere", 10) == []

    run(work)


def test_a_message_sent_again_is_stored_once(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await open_room(store, "other")
        first, again = await asyncio.gather(
            store.append(draft("one", key="k")), store.append(draft("two", key="k"))
        )
        assert isinstance(first, Stored)
        assert isinstance(again, Stored)
        assert (first.fresh, again.fresh) == (True, False)
        assert again.message == first.message
        later = await store.append(draft("three", key="k"))
        assert later == Stored(first.message, fresh=False)
        # Somebody else, or another room, may happen to use the same key.
        assert (await store.append(draft("a", author=BOB, key="k"))).fresh  # type: ignore[union-attr]
        assert (await store.append(draft("b", "other", key="k"))).fresh  # type: ignore[union-attr]
        assert len(await store.history.latest("lobby", 10)) == 2

    run(work)


def test_only_members_who_are_neither_muted_nor_banned_may_speak(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        carol = Person("carol", "Carol")
        assert await store.append(draft("x", author=carol)) == Refused("not-joined")
        assert await store.append(draft("x", "nowhere")) == Refused("no-room")
        await store.rooms.restrict("lobby", BOB, NOW, muted=NOW + 5000)
        assert await store.append(draft("x", author=BOB)) == Refused("muted", 5.0)
        assert isinstance(await store.append(draft("x", author=BOB, time=NOW + 5000)), Stored)
        await store.rooms.restrict("lobby", BOB, NOW, banned=NOW + 9000)
        assert await store.append(draft("y", author=BOB)) == Refused("not-joined")
        assert await store.rooms.enter("lobby", BOB, NOW) == Refused("banned", 9.0)
        # The refused have taken no number from the others.
        assert (await say(store, "next")).number == 2

    run(work)


def test_slow_mode_holds_members_back_and_nobody_else(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await store.rooms.configure("lobby", slow=10)
        first, second = await asyncio.gather(
            store.append(draft("a", author=BOB)), store.append(draft("b", author=BOB))
        )
        assert isinstance(first, Stored)
        assert second == Refused("slow-mode", 10.0)
        assert await store.append(draft("b", author=BOB, time=NOW + 4000)) == Refused(
            "slow-mode", 6.0
        )
        # What was stored is answered as such, however fast it is sent again.
        assert await store.append(draft("a", author=BOB)) == Stored(first.message, fresh=False)
        assert isinstance(await store.append(draft("b", author=BOB, time=NOW + 10_000)), Stored)
        for text in ("one", "two"):
            assert isinstance(await store.append(draft(text)), Stored)

    run(work)


def test_slow_mode_outlives_a_clock_that_is_set_back(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await store.rooms.configure("lobby", slow=10)
        hour = 3_600_000
        for text, time in (("a", NOW), ("b", NOW - hour), ("c", NOW - hour + 10_000)):
            assert isinstance(await store.append(draft(text, author=BOB, time=time)), Stored)
        assert await store.append(draft("d", author=BOB, time=NOW - hour + 14_000)) == Refused(
            "slow-mode", 6.0
        )

    run(work)


def test_files_and_mentions_are_part_of_a_message(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        mine = StoredFile("f1", "lobby", "alice", "雪.png", "image/png", 10)
        foreign = StoredFile("f2", "lobby", "bob", "b.png", "image/png", 10)
        for each in (mine, foreign):
            assert await store.files.add(each, NOW)
        assert not await store.files.add(StoredFile("f3", "nowhere", "a", "a", "a", 1), NOW)
        assert await store.files.waiting_bytes("alice") == 10
        assert await store.append(draft("", files=("f2", "f9"))) == Refused("text-empty")
        stored = await store.append(draft("", files=("f1", "f2"), mentions=("bob",)))
        assert isinstance(stored, Stored)
        assert [file["id"] for file in stored.message.files] == ["f1"]
        assert stored.message.files[0]["url"] == "/files/f1/%E9%9B%AA.png"
        assert await store.history.latest("lobby", 1) == [stored.message]
        found = await store.files.find("f1")
        assert found is not None
        assert found.message_id == stored.message.id
        assert await store.files.waiting_bytes("alice") == 0
        # A file is sent once.
        assert await store.append(draft("", files=("f1",), key="again")) == Refused("text-empty")
        assert await store.files.abandoned(NOW + 1) == ["f2"]
        ((_, membership),) = await store.rooms.of_person("bob")
        assert membership.mentioned == 1
        await store.rooms.read("lobby", "bob", 1)
        ((_, membership),) = await store.rooms.of_person("bob")
        assert (membership.mentioned, membership.read) == (0, 1)

    run(work)


def test_stores_of_several_nodes_share_rooms_without_losing_order(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async def work(store: Store) -> None:
        names = ["a", "b", "c"]
        for name in names:
            await open_room(store, name)
        place = str(store._database.url.render_as_string(hide_password=False))
        others = [await open_store(place) for _ in range(2)]
        nodes = [store, *others]
        try:
            results = await asyncio.gather(
                *(
                    node.append(draft(f"{number} {n}", name, key=f"{number}-{n}"))
                    for n in range(40)
                    for number, node in enumerate(nodes)
                    for name in names
                )
            )
            assert all(isinstance(result, Stored) and result.fresh for result in results)
            for name in names:
                messages = await store.history.latest(name, 500)
                assert [message.number for message in messages] == list(range(1, 121))
                assert [message.position for message in messages] == list(range(1, 121))
                assert await others[0].history.positions([name]) == {name: 120}
        finally:
            for other in others:
                await other.close()

    run(work)


def test_closing_stores_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def work(store: Store) -> None:
        await open_room(store)
        appends = [asyncio.create_task(store.append(draft(str(n)))) for n in range(50)]
        await asyncio.sleep(0)
        await store.close()
        assert all(isinstance(stored, Stored) for stored in await asyncio.gather(*appends))
        with pytest.raises(StoreError, match="is closed"):
            await store.append(draft("late"))

    on_store(path, work)

    async def look(store: Store) -> None:
        assert len(await store.history.latest("lobby", 100)) == 50

    on_store(path, look)


def test_a_caller_that_gives_up_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        one, other = (asyncio.create_task(store.append(draft(text))) for text in "ab")
        await asyncio.sleep(0)
        one.cancel()
        assert isinstance(await other, Stored)
        assert len(await store.history.latest("lobby", 10)) == 2

    on_store(tmp_path / "chat.db", work)

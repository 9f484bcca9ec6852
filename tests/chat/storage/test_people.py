from fujita.chat.storage import Person, Store
from tests.chat.storage.stores import ALICE, BOB, NOW, Run


def test_an_account_is_the_same_person_as_the_guest_before(run: Run) -> None:
    async def work(store: Store) -> None:
        people = store.people
        await people.note(ALICE, NOW)
        assert await people.find("alice") == ALICE
        assert await people.find("nobody") is None
        account = await people.register(ALICE, "alice@fuji", "hash", NOW)
        assert account == Person("alice", "Alice", "account", "alice@fuji")
        assert await people.find("alice") == account
        assert await people.register(BOB, "alice@fuji", "other", NOW) is None
        assert await people.register(ALICE, "another", "other", NOW) is None
        assert await people.password("alice@fuji") == (account, "hash")
        assert await people.password("nobody") is None

    run(work)


def test_sessions_end(run: Run) -> None:
    async def work(store: Store) -> None:
        people = store.people
        account = await people.register(ALICE, "alice", "hash", NOW)
        first, second = [await people.begin_session("alice", NOW, 60) for _ in range(2)]
        assert first != second
        assert await people.of_session(first, NOW) == account
        assert await people.of_session(first, NOW + 60_000) is None
        assert await people.of_session("guess", NOW) is None
        await people.end_session(first)
        assert await people.of_session(first, NOW) is None
        assert await people.of_session(second, NOW) == account
        await people.set_password("alice", "new hash")
        assert await people.of_session(second, NOW) is None
        found = await people.password("alice")
        assert found is not None
        assert found[1] == "new hash"

    run(work)


def test_a_name_changes(run: Run) -> None:
    async def work(store: Store) -> None:
        await store.people.note(ALICE, NOW)
        await store.people.note(Person("alice", "愛麗絲"), NOW)
        found = await store.people.find("alice")
        assert found is not None
        assert found.name == "愛麗絲"

    run(work)

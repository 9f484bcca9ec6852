import pytest

from fujita.chat.storage import Message, Person, Refused, Store, delete
from fujita.chat.storage.search import split_terms
from tests.chat.storage.stores import ALICE, BOB, NOW, Run, open_room, say


def test_words_of_any_length_and_language_are_found(run: Run) -> None:
    texts = ["你好，世界", "Mount Fuji in the snow", "富士山 100%", "a_b", 'say "hi" to O\'Neil']
    expected = {
        "你": ["你好，世界"],
        "你好": ["你好，世界"],
        "富士山": ["富士山 100%"],
        "士": ["富士山 100%"],
        "fuji": ["Mount Fuji in the snow"],
        "FUJI snow": ["Mount Fuji in the snow"],
        "now in": ["Mount Fuji in the snow"],
        '"fuji in"': ["Mount Fuji in the snow"],
        '"in fuji"': [],
        "100%": ["富士山 100%"],
        "0%": ["富士山 100%"],
        "%": ["富士山 100%"],
        "_": ["a_b"],
        '"hi': ['say "hi" to O\'Neil'],
        "o'neil": ['say "hi" to O\'Neil'],
        "NEAR(": [],
        "fuji AND snow": [],
        "nothing": [],
        "  ": [],
        '""': [],
    }

    async def work(store: Store) -> None:
        await open_room(store)
        for text in texts:
            await say(store, text)
        for words, found in expected.items():
            messages = await store.history.search(words, "alice")
            assert [message.text for message in messages] == found, words

    run(work)


def test_only_what_one_may_read_is_found_the_newest_first(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store, "open")
        assert await store.rooms.create("secret", "Secret", ALICE, NOW, private=True)
        said = [await say(store, f"needle {n}", room) for n, room in enumerate(["open", "secret"])]
        carol = Person("carol", "Carol")

        async def found(who: str, **options: object) -> list[int]:
            messages = await store.history.search("needle", who, **options)  # type: ignore[arg-type]
            return [message.id for message in messages]

        assert await found("alice") == [said[1].id, said[0].id]
        assert await found("alice", name="open") == [said[0].id]
        assert await found("alice", before=said[1].id) == [said[0].id]
        assert await found("alice", limit=1) == [said[1].id]
        assert await found("bob") == [said[0].id]
        assert await found("carol") == [said[0].id]
        assert await found("carol", name="secret") == []
        await store.rooms.restrict("open", carol, NOW, banned=1 << 52)
        assert await found("carol") == []
        assert not isinstance(await store.rooms.restrict("open", BOB, NOW, muted=1), Refused)
        # What is deleted is not found, and does not come back with an index.
        assert isinstance(await store.change("open", said[0].id, "alice", delete()), Message)
        assert await found("alice") == [said[1].id]
        await store.rooms.remove("secret")
        assert await found("alice") == []

    run(work)


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("a b  a", ["a", "b"]),
        ('x "y z" w', ["x", "y z", "w"]),
        ('"open end', ["open end"]),
        (' "" ', []),
    ],
)
def test_what_is_looked_for(words: str, terms: list[str]) -> None:
    assert split_terms(words) == terms

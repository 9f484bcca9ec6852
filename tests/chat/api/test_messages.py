from dataclasses import replace
from urllib.parse import quote

from fujita.chat.limits import Rate
from tests.chat.api.asking import run
from tests.chat.running import QUICK, Chat


def test_pages_of_messages() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await alice.join()
        ids = [(await alice.say(f"text {n}", f"k{n}"))["id"] for n in range(10)]

        async def page(query: str) -> tuple[list[int], dict[str, bool]]:
            status, answer = await chat.api("bob", "GET", f"/api/rooms/lobby/messages?{query}")
            assert status == 200
            messages = answer.pop("messages")
            return [message["id"] for message in messages], answer

        assert await page("") == (ids, {"more": False})
        assert await page("limit=3") == (ids[-3:], {"more": True})
        assert await page(f"limit=3&before={ids[2]}") == (ids[:2], {"more": False})
        around = await page(f"limit=4&around={ids[5]}")
        assert around == (ids[4:8], {"more": True, "newer": True})
        assert (await page(f"around={ids[9]}"))[1] == {"more": False, "newer": False}
        for bad in ("limit=x", "limit=101", "before=-1", "around=99999999999999999999"):
            status, _ = await chat.api("bob", "GET", f"/api/rooms/lobby/messages?{bad}")
            assert status == 400

    run(work)


def test_search_finds_what_one_may_read() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await alice.join()
        await alice.join("den")
        await alice.say("你好，世界", "k1")
        await alice.say("世界和平 in the den", "k2", "den")

        async def found(query: str, who: str = "bob") -> list[tuple[str, str]]:
            status, answer = await chat.api(who, "GET", f"/api/search?{query}")
            assert status == 200
            return [(message["room"], message["text"]) for message in answer["messages"]]

        world = quote("世界")
        assert await found(f"q={world}") == [
            ("den", "世界和平 in the den"),
            ("lobby", "你好，世界"),
        ]
        assert await found(f"q={world}&room=lobby") == [("lobby", "你好，世界")]
        assert await found("q=THE+den") == [("den", "世界和平 in the den")]
        assert await found("q=") == []
        assert (await chat.api(None, "GET", "/api/search?q=x"))[0] == 403

    run(work)


def test_searching_is_limited() -> None:
    async def work(chat: Chat) -> None:
        codes = [(await chat.api("bob", "GET", "/api/search?q=x"))[0] for _ in range(3)]
        assert codes == [200, 200, 429]

    run(work, replace(QUICK, searches=Rate(2, 0.001)))


def test_an_address_that_asks_too_much_waits() -> None:
    async def work(chat: Chat) -> None:
        codes = [(await chat.api("bob", "GET", "/api/me"))[0] for _ in range(3)]
        assert codes == [200, 200, 429]

    run(work, replace(QUICK, requests_per_address=Rate(2, 0.001)))

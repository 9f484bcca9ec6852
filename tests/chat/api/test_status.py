import json

from tests.chat.api.asking import run
from tests.chat.running import Chat


def test_it_says_how_it_is() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await alice.join()
        await alice.say("hi", "k")
        assert (await chat.fetch("/healthz")).code == 200
        assert (await chat.fetch("/readyz")).code == 200
        metrics = await chat.fetch("/metrics")
        assert metrics.headers["Content-Type"].startswith("text/plain")
        lines = metrics.body.decode().splitlines()
        for line in (
            "fujita_chat_connections 1.0",
            "fujita_chat_people 1.0",
            "fujita_chat_rooms_open 1.0",
            "fujita_chat_messages_total 1.0",
        ):
            assert line in lines
        await chat.application.services.store.close()
        ready = await chat.fetch("/readyz")
        assert ready.code == 503
        assert "is closed" in json.loads(ready.body)["database"]
        assert (await chat.fetch("/healthz")).code == 200
        assert (await chat.api("alice", "GET", "/api/me")) == (503, {"error": "storage"})
        assert (await chat.fetch("/")).code == 200

    run(work)

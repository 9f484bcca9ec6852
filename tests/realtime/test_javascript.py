"""The JavaScript client in Chromium."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fujita.realtime import Hub, Position, RoomOptions
from tests.chat.browsers import Browser, browser
from tests.realtime.sites import RoomSite

pytestmark = pytest.mark.timeout(120)

CLIENT = """
const [path, room, silence] = arguments;
window.got = []; window.said = []; window.states = [];
window.client = new FujitaRealtime.Realtime(path, {
  status: (status) => states.push(status),
  broadcast: (data) => said.push(data),
  firstPause: 50, longestPause: 200, pingInterval: silence, pingTimeout: silence,
});
window.subscription = client.subscribe(room, {
  publication: (data) => got.push(data),
  subscribed: ({ recovered }) => said.push(recovered),
  lost: () => said.push("lost"),
  removed: (reason) => said.push(reason),
  join: (user) => said.push("+" + user),
  members: (members) => said.push(members),
  error: (error) => said.push(error.code),
}, { presence: true });
"""


class ThreadedSite:
    """A site on a loop of its own, since Selenium blocks this one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.site = RoomSite(Hub(default=RoomOptions(presence=True, history_size=20)))
        self.run(self.site.__aenter__())

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def publish(self, *numbers: int) -> Position:
        for number in numbers:
            position: Position = self.run(self.site.hub.publish("lobby", number))
        return position

    def stop(self) -> None:
        self.run(self.site.stop())

    def start(self) -> None:
        async def start() -> None:
            self.site.start()

        self.run(start())

    def close(self) -> None:
        self.run(self.site.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture
def site() -> Iterator[ThreadedSite]:
    site = ThreadedSite()
    yield site
    site.close()


class Page:
    def __init__(self, chromium: Browser, site: ThreadedSite) -> None:
        self.browser = chromium
        self.browser.driver.get(f"http://127.0.0.1:{site.site.port}/")
        self.until(lambda: self.js("return 'FujitaRealtime' in window"), "the script")

    def js(self, script: str, *arguments: Any) -> Any:
        return self.browser.driver.execute_script(script, *arguments)

    def begin(
        self, path: str = "/realtime?user=ada", room: str = "lobby", silence: int = 10_000
    ) -> None:
        """Connects; a server that says nothing for twice ``silence`` ms is given up.

        On a busy machine that is soon a server that was going to answer, or to refuse.
        """
        self.js(CLIENT, path, room, silence)

    def until(self, condition: Callable[[], Any], what: str) -> None:
        self.browser.wait(condition, what)

    def has(self, expected: list[Any]) -> None:
        self.until(lambda: self.js("return got") == expected, f"{expected}")


@pytest.fixture
def page(chromium: Browser, site: ThreadedSite) -> Page:
    return Page(chromium, site)


def test_what_is_published_comes_and_goes(page: Page, site: ThreadedSite) -> None:
    page.begin()
    page.until(lambda: page.js("return client.status") == "open", "the connection")
    page.js("client.publish('lobby', 'mine').then(p => said.push(p.offset))")
    page.has(["mine"])
    site.publish(2, 3)
    page.has(["mine", 2, 3])
    page.until(lambda: 1 in page.js("return said"), "the acknowledgement")
    said = page.js("return said")
    assert {"ada": {"name": "Ada"}} in said
    assert "+ada" in said
    assert page.js("return client.user") == "ada"
    # Where names were left out, the list comes anew.
    page.js("said.length = 0; subscription._receive({type: 'count', count: 1, named: true})")
    page.until(lambda: {"ada": {"name": "Ada"}} in page.js("return said"), "the list")
    site.run(site.site.hub.broadcast("to all"))
    page.until(lambda: "to all" in page.js("return said"), "the broadcast")
    site.run(site.site.hub.remove("lobby", "ada", "enough"))
    page.until(lambda: "enough" in page.js("return said"), "the removal")


def test_the_server_goes_and_comes_back(page: Page, site: ThreadedSite) -> None:
    page.begin()
    site.publish(1)
    page.until(lambda: page.js("return said.includes(false)"), "the subscription")
    site.publish(2)
    page.until(lambda: page.js("return got.at(-1)") == 2, "the second")
    page.js("got.length = 0")
    site.stop()
    page.until(lambda: page.js("return client.status") != "open", "the end")
    site.publish(3, 4)
    page.js(
        "window.done = []; const publish = (n) => client.publish('lobby', n);"
        "for (const n of [5, 6]) publish(n).then((position) => done.push(position.offset))"
    )
    site.start()
    page.has([3, 4, 5, 6])
    page.until(lambda: page.js("return done") == [5, 6], "the acknowledgements")
    assert page.js("return said.includes(true)")
    assert page.js("return states.includes('offline')")


def test_a_network_that_is_cut_without_a_word(page: Page, site: ThreadedSite) -> None:
    page.begin(silence=300)
    page.until(lambda: page.js("return said.includes(false)"), "the subscription")
    # The connection stays, and nothing comes over it.
    page.js("client._socket.onmessage = null; client._socket.send = () => {}")
    site.publish(1, 2)
    page.has([1, 2])
    assert page.js("return states.includes('offline')")


def test_more_was_missed_than_the_history_has(page: Page, site: ThreadedSite) -> None:
    page.begin()
    site.publish(1)
    page.until(lambda: page.js("return client.status") == "open", "the connection")
    page.until(lambda: page.js("return subscription.active"), "the subscription")
    site.stop()
    site.publish(*range(2, 40))
    site.start()
    page.until(lambda: page.js("return said.includes('lost')"), "the loss to be told")
    site.publish(40)
    page.until(lambda: page.js("return got.at(-1)") == 40, "the latest")


def test_a_publication_without_an_answer_is_there_once(page: Page, site: ThreadedSite) -> None:
    page.begin()
    page.until(lambda: page.js("return said.includes(false)"), "the subscription")
    page.js(
        "const socket = client._socket; socket.onmessage = null;"
        "client.publish('lobby', 'once').then(() => said.push('published'));"
        "setTimeout(() => socket.close(), 100)"
    )
    page.until(lambda: page.js("return said.includes('published')"), "the acknowledgement")
    site.publish(2)
    page.has(["once", 2])


def test_a_gap_is_noticed_and_filled(page: Page, site: ThreadedSite) -> None:
    page.begin()
    page.until(lambda: page.js("return said.includes(false)"), "the subscription")
    page.js(
        "const receive = client._receive.bind(client); let lost = 0;"
        "client._receive = (m) => m.type === 'publication' && lost++ < 2 ? 0 : receive(m)"
    )
    site.publish(1, 2, 3, 4)
    page.has([1, 2, 3, 4])


def test_who_is_refused_does_not_come_again(page: Page, site: ThreadedSite) -> None:
    page.begin("/realtime?user=mallory")
    page.until(lambda: page.js("return client.status") == "refused", "the refusal")
    page.begin(room="secret")
    page.until(lambda: page.js("return said.includes('forbidden')"), "the refusal")
    page.js("client.publish('news', 1).catch(e => said.push(e.message))")
    page.until(lambda: "read only" in page.js("return said"), "the reason")

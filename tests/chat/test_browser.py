"""The page in Chromium, against the program: what people do with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from fujita.chat.limits import Limits, Rate
from tests.chat.browsers import Browser, fill
from tests.chat.processes import served
from tests.chat.running import running_in_thread

pytestmark = pytest.mark.timeout(120)


CONTRASTS = Path(__file__).with_name("contrasts.js").read_text()


@pytest.fixture
def port() -> Iterator[int]:
    with running_in_thread(Limits(departure_grace=0.7)) as port:
        yield port


def test_two_browsers_talk_and_one_that_is_reloaded_finds_the_history(
    alice: Browser, bob: Browser, port: int
) -> None:
    alice.open(port)
    bob.open(port)
    alice.wait_for(alice.notices, [f"{bob.name()} joined"])
    alice.say("Hello from Alice")
    bob.wait_for(bob.messages, ["Hello from Alice"])
    bob.say("Hello Alice\nhow are you?")
    conversation = ["Hello from Alice", "Hello Alice\nhow are you?"]
    alice.wait_for(alice.messages, conversation)
    assert alice.texts(".message:not(.own) .author") == [bob.name()]
    assert bob.texts(".message:not(.own) .author") == [alice.name()]
    names = [alice.name(), bob.name()]
    alice.reload()
    alice.wait_for(alice.messages, conversation)
    assert [alice.name(), alice.texts(".message:not(.own) .author")[0]] == names
    assert alice.all(".message.own .words")[0].text == "Hello from Alice"
    # A quick reload is no departure: nobody was told.
    bob.say("back?")
    alice.wait_for(alice.messages, [*conversation, "back?"])
    assert bob.notices() == []
    assert bob.text("#room-online") == "2 people here"
    alice.driver.get("about:blank")
    bob.wait_for(bob.notices, [f"{names[0]} left"])
    assert bob.text("#room-online") == "1 person here"


def test_a_broken_connection_is_mended_and_nothing_is_lost_or_doubled(
    alice: Browser, bob: Browser, tmp_path: Path
) -> None:
    database = tmp_path / "chat.db"
    with ExitStack() as stack:
        process, port = stack.enter_context(served(database))
        alice.open(port)
        bob.open(port)
        alice.say("before")
        bob.wait_for(bob.messages, ["before"])
        process.kill()
        process.wait()
        alice.wait(lambda: alice.is_shown("#banner"), "the banner")
        assert alice.text("#banner-text") == "You are offline. Reconnecting…"
        alice.say("while it was away")
        alice.say("and another one")
        alice.wait_for(lambda: len(alice.all(".message.sending")), 2)
        alice.driver.refresh()
        alice.wait_for(alice.messages, [])
        stack.enter_context(served(database, port))
        alice.open(port)
        everything = ["before", "while it was away", "and another one"]
        alice.wait_for(alice.messages, everything)
        alice.wait_for(lambda: len(alice.all(".message.sent")), 3)
        # As if Bob's machine woke up: the page would try again by itself, but not so soon.
        bob.run("dispatchEvent(new Event('online'))")
        bob.wait_for(bob.messages, everything)
        bob.wait(lambda: not bob.is_shown("#banner"), "the banner to go")
        bob.say("there you are")
        alice.wait_for(alice.messages, [*everything, "there you are"])
        rows = sqlite3.connect(database).execute("SELECT text FROM message ORDER BY id")
        assert [text for (text,) in rows] == [*everything, "there you are"]
        # Nobody went, as far as people are concerned; that Alice, who has no memory of before, is
        # back is told if Bob was there first.
        assert set(bob.notices()) <= {f"{alice.name()} joined"}
    # That the server could not be reached is no news.
    for each in (alice, bob):
        assert all("ERR_CONNECTION_REFUSED" in message for message in each.complaints())


def test_what_people_write_is_never_markup(alice: Browser, bob: Browser, port: int) -> None:
    alice.open(port)
    bob.open(port)
    texts = [
        "<img src=x onerror=\"document.title='broken'\">",
        "</span><script>alert(1)</script>",
        "javascript:alert(1) and data:text/html,x",
        "see https://example.org/a_(b)?c=1&d=<e>. And (http://例え.jp/路径)，好",
    ]
    for text in texts:
        alice.say(text)
    bob.wait_for(bob.messages, texts)
    assert bob.all(".words img, .words script") == []
    links = bob.all(".words a")
    assert [link.text for link in links] == [
        "https://example.org/a_(b)?c=1&d=",
        "http://例え.jp/路径",
    ]
    for link in links:
        assert link.get_attribute("target") == "_blank"
        assert "noopener" in (link.get_attribute("rel") or "")
    alice.rename("<b>Mallory</b>")
    bob.wait_for(lambda: bob.texts(".person-name").count("<b>Mallory</b>"), 1)
    assert bob.all(".person-name b, .notice b") == []
    assert "broken" not in bob.driver.title


def test_everything_comes_from_our_own_host(alice: Browser, port: int) -> None:
    alice.open(port)
    alice.say("one message, so that everything is in use 👋")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    addresses = alice.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert len(addresses) > 15
    assert [a for a in addresses if not a.startswith(f"http://127.0.0.1:{port}/static/")] == []


def test_a_guest_gets_a_name_of_their_own(alice: Browser, bob: Browser, port: int) -> None:
    alice.open(port)
    bob.open(port)
    former = alice.name()
    assert former.startswith("Guest ")
    alice.rename("   ")
    alice.wait_for(lambda: alice.text("#name-error"), "A name needs at least one character.")
    alice.one("#name").clear()
    alice.one("#name").send_keys(bob.name(), Keys.ENTER)
    alice.wait_for(lambda: alice.text("#name-error"), "Somebody here has this name already.")
    alice.one("#name").clear()
    alice.one("#name").send_keys("梅琳", Keys.ENTER)
    alice.wait_for(alice.name, "梅琳")
    alice.wait(lambda: not alice.is_shown("#settings"), "the settings to close")
    bob.wait_for(bob.notices, [f"{former} is now 梅琳"])
    assert "梅琳" in bob.texts(".person-name")
    alice.reload()
    alice.wait_for(alice.name, "梅琳")
    # The browser's console notes the refusals.
    assert all("400" in line or "409" in line for line in alice.complaints())


def test_each_reads_in_their_own_language(alice: Browser, bob: Browser, port: int) -> None:
    alice.speaks("zh-CN")
    alice.open(port)
    assert alice.run("return document.documentElement.lang") == "zh-Hans"
    assert alice.name().startswith("访客 ")
    assert alice.text("#room-title") == "大厅"
    assert alice.one("#text").get_attribute("placeholder") == "写消息"
    bob.open(port)
    alice.wait_for(alice.notices, [f"{bob.name()}加入了房间"])
    alice.say("你好")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    alice.click("#me")
    alice.click("#language input[value=en]")
    alice.wait_for(alice.notices, [f"{bob.name()} joined"])
    assert alice.text("#room-title") == "Lobby"
    assert alice.one("#send").get_attribute("aria-label") == "Send"
    assert alice.driver.title == "#Lobby – Fujita chat"
    alice.reload()
    assert alice.run("return document.documentElement.lang") == "en"
    assert alice.text("#your-rooms-title") == "Your rooms"


def test_enter_does_not_send_while_an_input_method_composes(alice: Browser, port: int) -> None:
    alice.open(port)
    alice.one("#text").send_keys("nihao")
    alice.run(
        "document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    alice.one("#text").send_keys(Keys.ENTER)
    alice.wait_for(alice.messages, ["nihao"])


def test_rooms_are_opened_listed_and_left(alice: Browser, bob: Browser, port: int) -> None:
    alice.open(port)
    bob.open(port)
    alice.open_room("not/a/room")
    assert alice.text("#room-name-error") == "A room's name has letters, digits, - and _."
    alice.open_room("Release Notes")
    alice.wait_for(lambda: alice.text("#room-title"), "Release Notes")
    assert alice.driver.current_url.endswith("/room/release-notes")
    alice.wait_for(lambda: alice.text("#log-top"), "Nothing has been said here yet. Say hello!")
    alice.say("first")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    bob.wait_for(lambda: bob.texts("#other-rooms .room-name"), ["Release Notes"])
    bob.click("#other-rooms a")
    bob.wait_for(bob.messages, ["first"])
    alice.wait_for(alice.notices, [f"{bob.name()} joined"])
    # In the other room there are messages to read meanwhile.
    alice.click("#your-rooms a")
    alice.wait_for(lambda: alice.text("#room-title"), "Lobby")
    assert alice.messages() == []
    bob.say("second")
    bob.say("third")
    alice.wait_for(lambda: alice.texts("#your-rooms .badge span:first-child"), ["2"])
    alice.wait_for(lambda: alice.driver.title, "(2) #Lobby – Fujita chat")
    alice.driver.back()
    alice.wait_for(alice.messages, ["first", "second", "third"])
    alice.wait_for(lambda: alice.driver.title, "#Release Notes – Fujita chat")
    assert alice.texts(".day.new") == ["New"]
    # The open rooms are open again after a reload, and what was read stays read.
    alice.reload()
    alice.wait_for(lambda: alice.texts("#your-rooms .room-name"), ["Lobby", "Release Notes"])
    assert alice.all("#your-rooms .badge") == []
    alice.run("document.querySelector('.room-leave').click()")
    alice.wait_for(lambda: alice.text("#room-title"), "Lobby")
    bob.wait_for(lambda: bob.notices()[-1:], [f"{alice.name()} left"])
    assert alice.texts("#your-rooms .room-name") == ["Lobby"]


def test_a_link_leads_into_a_room(alice: Browser, port: int) -> None:
    alice.open(port, "/room/%E4%B8%AD%E6%96%87%E8%A7%92")
    assert alice.text("#room-title") == "中文角"
    alice.driver.get(f"http://127.0.0.1:{port}/room/a%3Cb")
    assert alice.text("h1") == "There is no such page here."
    assert all("404" in line for line in alice.complaints())


def test_older_messages_come_when_one_scrolls_up(alice: Browser, tmp_path: Path) -> None:
    texts = [f"message {number}" for number in range(130)]
    fill(tmp_path / "chat.db", texts)
    with served(tmp_path / "chat.db") as (_, port):
        alice.open(port)
        alice.wait_for(alice.messages, texts[-50:])
        assert alice.run("const l = document.getElementById('log'); return l.scrollTop > 500")
        top_of = "return document.querySelector('[data-id=\"81\"]').getBoundingClientRect().top"
        alice.run("document.getElementById('log').scrollTop = 0")
        before = alice.run(top_of)
        alice.wait_for(lambda: len(alice.messages()), 100)
        # What one was reading has not moved.
        assert abs(alice.run(top_of) - before) < 80
        alice.run("document.getElementById('log').scrollTop = 0")
        alice.wait_for(alice.messages, texts)
        alice.wait_for(lambda: alice.text("#log-top"), "This is the beginning of #Lobby.")
        assert alice.is_shown("#jump")
        alice.click("#jump")
        alice.wait(lambda: not alice.is_shown("#jump"), "the button to go")


def test_who_reads_older_messages_is_not_torn_away(
    alice: Browser, bob: Browser, tmp_path: Path
) -> None:
    fill(tmp_path / "chat.db", [f"message {number}" for number in range(60)])
    with served(tmp_path / "chat.db") as (_, port):
        alice.open(port)
        bob.open(port)
        alice.run("document.getElementById('log').scrollTop = 600")
        alice.wait(lambda: alice.is_shown("#jump"), "the button that leads to the end")
        place = "return document.getElementById('log').scrollTop"
        before = alice.run(place)
        bob.say("news")
        alice.wait_for(lambda: alice.text("#jump-text"), "1 new message")
        assert alice.run(place) == before
        alice.click("#jump")
        alice.wait_for(lambda: alice.is_shown("#jump"), False)
        assert alice.messages()[-1] == "news"
        assert alice.driver.title == "#Lobby – Fujita chat"


def test_the_end_stays_in_sight_while_a_long_message_is_written(
    alice: Browser, bob: Browser, tmp_path: Path
) -> None:
    fill(tmp_path / "chat.db", [f"message {number}" for number in range(60)])
    with served(tmp_path / "chat.db") as (_, port):
        alice.open(port)
        bob.open(port)
        for _ in range(6):
            alice.one("#text").send_keys("line", Keys.SHIFT, Keys.ENTER)
        assert alice.one("#text").size["height"] > 120
        bob.say("still in sight")
        alice.wait_for(lambda: alice.messages()[-1], "still in sight")
        end = "const l = document.getElementById('log');"
        end += " return Math.round(l.scrollHeight - l.scrollTop - l.clientHeight)"
        alice.wait_for(lambda: alice.run(end), 0)
        assert not alice.is_shown("#jump")


def test_who_writes_too_fast_is_told_and_nothing_is_lost(alice: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "chat.db", limits={"messages": Rate(3, 5.0)}) as (_, port):
        alice.open(port)
        texts = [f"message {number}" for number in range(6)]
        for text in texts:
            alice.say(text)
        alice.wait(lambda: alice.is_shown(".toast"), "a notice")
        assert alice.text(".toast").startswith("Not so fast: your message goes out in ")
        alice.wait_for(lambda: len(alice.all(".message.sent")), 6)
        assert alice.messages() == texts


def test_a_message_that_cannot_be_stored_can_be_tried_again(alice: Browser, tmp_path: Path) -> None:
    database = tmp_path / "chat.db"
    with served(database) as (_, port):
        alice.open(port)
        other = sqlite3.connect(database)
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON message BEGIN SELECT raise(ABORT, 'full'); END"
        )
        alice.say("precious")
        alice.wait(lambda: alice.is_shown(".message.failed"), "the failure")
        expected = "Not sent. The server cannot reach its history at the moment."
        assert alice.text(".failure span") == expected
        other.execute("DROP TRIGGER refuse")
        other.close()
        alice.click(".failure button")
        alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
        assert alice.messages() == ["precious"]


def test_two_tabs_of_a_guest_are_one_person(alice: Browser, bob: Browser, port: int) -> None:
    bob.open(port)
    alice.open(port)
    alice.driver.switch_to.new_window("tab")
    alice.open(port)
    alice.say("from the second tab")
    bob.wait_for(bob.messages, ["from the second tab"])
    assert bob.text("#room-online") == "2 people here"
    assert bob.notices() == [f"{alice.name()} joined"]
    alice.driver.switch_to.window(alice.driver.window_handles[0])
    alice.wait_for(lambda: len(alice.all(".message.own.sent")), 1)


def test_unread_messages_are_in_the_title_of_a_hidden_tab(
    alice: Browser, bob: Browser, port: int
) -> None:
    alice.open(port)
    bob.open(port)
    alice.driver.switch_to.new_window("tab")
    bob.say("one")
    bob.say("two")
    tab, _ = alice.driver.window_handles
    alice.wait(lambda: "(2) #Lobby – Fujita chat" in alice.titles(), "the title to count")
    alice.driver.close()
    alice.driver.switch_to.window(tab)
    alice.wait_for(alice.messages, ["one", "two"])
    assert alice.texts(".day.new") == ["New"]
    alice.wait_for(lambda: alice.driver.title, "#Lobby – Fujita chat")


def test_the_keyboard_reaches_everything(alice: Browser, port: int) -> None:
    alice.open(port)
    alice.open_room("design")
    alice.wait_for(lambda: alice.text("#room-title"), "design")
    focus = "return document.activeElement.id"
    alice.run("document.activeElement.blur(); document.getSelection().removeAllRanges()")
    alice.one("body").send_keys("/")
    assert alice.run(focus) == "text"
    alice.one("#text").send_keys(Keys.ALT, Keys.ARROW_UP)
    alice.wait_for(lambda: alice.text("#room-title"), "Lobby")
    reached = set()
    for _ in range(25):
        ActionChains(alice.driver).send_keys(Keys.TAB).perform()
        reached.add(alice.run("const e = document.activeElement; return e.id || e.className"))
    assert {"skip", "room-leave", "open-room", "me", "copy-link", "log", "text"} <= reached
    alice.click("#me")
    alice.wait(lambda: alice.is_shown("#settings"), "the settings")
    ActionChains(alice.driver).send_keys(Keys.ESCAPE).perform()
    alice.wait(lambda: not alice.is_shown("#settings"), "the settings to close")
    assert alice.run(focus) == "me"


def test_everything_that_can_be_used_has_a_name(alice: Browser, port: int) -> None:
    alice.open(port, "/room/design")
    alice.say("something")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    for element in alice.all("button, a, input, textarea, [role=log], nav, aside, dialog"):
        if element.is_displayed():
            assert element.accessible_name, element.get_attribute("outerHTML")
    ids = alice.run("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_a_screen_reader_hears_what_others_say(alice: Browser, bob: Browser, port: int) -> None:
    alice.open(port)
    bob.open(port)
    bob.say("can you hear me?")
    alice.wait_for(lambda: alice.text("#announcer"), f"{bob.name()}: can you hear me?")
    assert bob.text("#announcer") == ""


def test_on_a_phone_the_sides_are_drawers(alice: Browser, port: int) -> None:
    alice.is_phone()
    alice.open(port)
    alice.say("https://example.org/" + "long" * 50)
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    assert alice.run("return document.documentElement.scrollWidth") == 390
    assert not alice.is_shown("#your-rooms")
    alice.click("#show-rooms")
    alice.wait(lambda: alice.is_shown("#your-rooms"), "the rooms")
    assert alice.run("return document.getElementById('room').inert")
    ActionChains(alice.driver).send_keys(Keys.ESCAPE).perform()
    alice.wait(lambda: not alice.is_shown("#your-rooms"), "the rooms to go")
    assert alice.run("return document.activeElement.id") == "show-rooms"
    alice.click("#show-people")
    alice.wait(lambda: alice.is_shown("#people"), "the people")
    alice.run("document.getElementById('backdrop').click()")
    alice.wait(lambda: not alice.is_shown("#people"), "the people to go")
    alice.click("#show-rooms")
    alice.wait(lambda: alice.is_shown("#open-room"), "the rooms")
    alice.open_room("design")
    alice.wait_for(lambda: alice.text("#room-title"), "design")
    alice.wait(lambda: not alice.is_shown("#your-rooms"), "the rooms to go")


def test_light_and_dark_follow_the_device_or_the_choice(alice: Browser, port: int) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    alice.prefers("light")
    alice.open(port)
    light = alice.run(paper)
    alice.prefers("dark")
    dark = alice.run(paper)
    assert light != dark
    alice.click("#me")
    alice.click("#theme input[value=light]")
    assert alice.run(paper) == light
    alice.reload()
    assert alice.run(paper) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(alice: Browser, port: int, scheme: str) -> None:
    alice.prefers(scheme)
    alice.open(port)
    alice.say("something of my own")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    weak = alice.run(CONTRASTS)
    assert weak == []


def test_a_draft_is_kept(alice: Browser, port: int) -> None:
    alice.open(port)
    alice.one("#text").send_keys("half a thought")
    alice.open_room("design")
    alice.wait_for(lambda: alice.text("#room-title"), "design")
    assert alice.one("#text").get_property("value") == ""
    alice.click("#your-rooms a")
    alice.wait_for(lambda: alice.one("#text").get_property("value"), "half a thought")
    alice.reload()
    alice.wait_for(lambda: alice.one("#text").get_property("value"), "half a thought")


def test_without_cookies_one_can_talk_but_not_choose_a_name(alice: Browser, port: int) -> None:
    alice.open(port)
    alice.cdp("Network.clearBrowserCookies")
    alice.rename("Nobody")
    alice.wait_for(
        lambda: alice.text("#name-error"),
        "The browser keeps no cookie for this page, so the name cannot be kept.",
    )
    assert all("403" in line for line in alice.complaints())


def test_a_page_of_a_former_history_starts_anew(alice: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "one.db") as (process, port):
        alice.open(port)
        alice.say("in the first history")
        alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
        process.kill()
        process.wait()
    fill(tmp_path / "two.db", ["in the second history"])
    with served(tmp_path / "two.db", port):
        alice.wait_for(alice.messages, ["in the second history"])
    assert all("ERR_CONNECTION_REFUSED" in line for line in alice.complaints())

"""What the page does beyond talking, in Chromium: change, send, find, look after things."""

import base64
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.chat.browsers import Browser, fill
from tests.chat.processes import served

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("page")
    with served(folder / "chat.db", limits={"departure_grace": 1.0}) as (_, port):
        yield port


def meet(alice: Browser, bob: Browser, port: int, room: str) -> None:
    """Both are in a room of their own, which Alice owns."""
    alice.open(port, f"/room/{room}")
    bob.open(port, f"/room/{room}")
    alice.wait_for(lambda: alice.text("#room-online"), "2 people here")


def png(width: int = 8, height: int = 6) -> bytes:
    row = b"\0" + bytes((189, 58, 38)) * width
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def use_tool(browser: Browser, row: str, label: str) -> None:
    """Points at a message and presses one of its buttons."""
    ActionChains(browser.driver).move_to_element(browser.one(row)).perform()
    browser.wait(lambda: browser.is_shown(f"{row} .tools"), "the tools")
    browser.click(f"{row} .tools button[aria-label='{label}']")


def test_others_see_edits_reactions_and_deletions(
    alice: Browser, bob: Browser, server: int
) -> None:
    meet(alice, bob, server, "changes")
    alice.say("a draught")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    use_tool(alice, ".message", "Edit")
    field = alice.one(".editor textarea")
    field.clear()
    field.send_keys("a draft", Keys.ENTER)
    bob.wait_for(bob.messages, ["a draft"])
    assert bob.texts(".edited") == ["edited"]
    use_tool(bob, ".message", "React with 👍")
    alice.wait_for(lambda: alice.texts(".reaction"), ["👍1"])
    alice.click(".reaction")
    bob.wait_for(lambda: bob.texts(".reaction"), ["👍2"])
    assert bob.one(".reaction").get_attribute("aria-pressed") == "true"
    bob.click(".reaction")
    alice.wait_for(lambda: alice.texts(".reaction"), ["👍1"])
    use_tool(bob, ".message", "React")
    bob.wait(lambda: bob.is_shown(".picker"), "the picker")
    ActionChains(bob.driver).send_keys(Keys.ARROW_RIGHT, Keys.ENTER).perform()
    alice.wait_for(lambda: len(alice.all(".reaction")), 2)
    # What is not one's own cannot be edited; Bob does not look after this room either.
    assert not bob.all(".tools button[aria-label='Edit'], .tools button[aria-label='Delete']")
    use_tool(alice, ".message", "Delete")
    alice.wait(lambda: alice.is_shown("#confirm"), "the question")
    alice.click("#confirm .danger")
    bob.wait_for(bob.messages, [])
    alice.wait_for(alice.messages, [])


def test_the_last_message_is_edited_by_the_arrow_key(alice: Browser, server: int) -> None:
    alice.open(server, "/room/arrow")
    alice.say("one")
    alice.say("two")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 2)
    alice.one("#text").send_keys(Keys.ARROW_UP)
    field = alice.wait(lambda: alice.one(".editor textarea"), "the editor")
    assert field.get_property("value") == "two"
    field.send_keys(" and a half", Keys.ENTER)
    alice.wait_for(alice.messages, ["one", "two and a half"])
    alice.wait_for(lambda: alice.run("return document.activeElement.id"), "text")


def test_a_mention_is_completed_and_stands_out(alice: Browser, bob: Browser, server: int) -> None:
    meet(alice, bob, server, "mentions")
    field = alice.one("#text")
    field.send_keys("ask @", bob.name()[:3])
    alice.wait(lambda: alice.is_shown("#suggestions"), "the names")
    assert field.get_attribute("aria-activedescendant") == "suggestion-0"
    field.send_keys(Keys.ENTER, "please", Keys.ENTER)
    bob.wait_for(bob.messages, [f"ask @{bob.name()} please"])
    assert bob.texts(".message.for-me .mention.mine") == [f"@{bob.name()}"]
    assert alice.texts(".mention") == [f"@{bob.name()}"]


def test_code_and_emoji_look_as_they_should(alice: Browser, server: int) -> None:
    alice.open(server, "/room/looks")
    alice.say("so:\n```python\nif a < b:\n    print('<b>')\n```\nand `x = 1`")
    alice.wait_for(lambda: alice.texts(".words pre code"), ["if a < b:\n    print('<b>')"])
    assert alice.texts(".words > code") == ["x = 1"]
    assert alice.one(".words pre").get_attribute("data-language") == "python"
    alice.click("#emoji")
    alice.wait(lambda: alice.is_shown(".picker"), "the picker")
    # The focus is on the first one.
    ActionChains(alice.driver).send_keys(Keys.ENTER).perform()
    alice.wait_for(lambda: alice.one("#text").get_property("value"), "👍")
    alice.one("#text").send_keys(Keys.ENTER)
    alice.wait_for(lambda: alice.texts(".words.big"), ["👍"])


def test_files_are_sent_shown_and_offered(
    alice: Browser, bob: Browser, server: int, tmp_path: Path
) -> None:
    meet(alice, bob, server, "files")
    picture, notes = tmp_path / "red.png", tmp_path / "notes.md"
    picture.write_bytes(png())
    notes.write_text("# Notes\n")
    alice.one("#files").send_keys(f"{picture}\n{notes}")
    alice.wait_for(lambda: len(alice.all(".attachment.arrived")), 2)
    alice.say("here they are")
    bob.wait_for(lambda: len(bob.all(".thumbnail img")), 1)
    bob.wait(
        lambda: bob.run("return document.querySelector('.thumbnail img').naturalWidth") == 8,
        "the picture",
    )
    assert bob.texts(".file .file-name") == ["notes.md"]
    assert bob.one(".file").get_attribute("download") == "notes.md"
    bob.click(".thumbnail")
    bob.wait(lambda: bob.is_shown(".viewer img"), "the picture at full size")
    ActionChains(bob.driver).send_keys(Keys.ESCAPE).perform()
    bob.wait(lambda: not bob.all(".viewer"), "the picture to go")
    assert alice.all(".attachment") == []
    # Pasted, and taken away again.
    paste = """
        const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
        document.getElementById("text").dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    """
    alice.run(paste, base64.b64encode(png()).decode())
    alice.wait_for(lambda: alice.texts(".attachment.arrived .file-name"), ["pasted.png"])
    alice.click(".attachment button")
    alice.wait_for(lambda: alice.all(".attachment"), [])
    evil = tmp_path / "evil.html"
    evil.write_text("<script>alert(1)</script>")
    alice.one("#files").send_keys(str(evil))
    alice.wait_for(lambda: alice.text(".toast"), "Files of this kind are not taken.")


def test_a_private_room_is_entered_by_its_link_alone(
    alice: Browser, bob: Browser, server: int
) -> None:
    alice.open(server)
    alice.click("#open-room")
    alice.click("#room-private")
    alice.open_room("Secret garden")
    alice.wait_for(lambda: alice.text("#room-title"), "Secret garden")
    alice.wait_for(lambda: alice.text("#room-online"), "1 person here")
    alice.say("psst")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    bob.driver.get(f"http://127.0.0.1:{server}/room/secret-garden")
    bob.wait_for(lambda: bob.text("#closed-title"), "This room is private")
    assert not bob.is_shown("#composer")
    assert bob.messages() == []
    alice.cdp(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    alice.click("#copy-link")
    alice.wait(lambda: alice.text(".toast").startswith("Invitation copied."), "the notice")
    link = alice.run("return navigator.clipboard.readText()")
    bob.driver.get(link)
    bob.wait_for(bob.messages, ["psst"])
    assert bob.driver.current_url.endswith("/room/secret-garden")
    assert not bob.is_shown("#closed")


def test_what_was_said_is_found_again(alice: Browser, server: int) -> None:
    alice.open(server, "/room/archive")
    alice.say("龙卷风 is a tornado")
    alice.say("<mark>no markup</mark>")
    alice.wait_for(lambda: len(alice.all(".message.sent")), 2)
    alice.one("#text").send_keys(Keys.CONTROL, "k")
    field = alice.wait(lambda: alice.one("#search"), "the search")
    field.send_keys("龙卷")
    alice.wait_for(lambda: alice.texts(".result mark"), ["龙卷"])
    field.send_keys(Keys.ARROW_DOWN, Keys.NULL)
    ActionChains(alice.driver).send_keys(Keys.ENTER).perform()
    alice.wait_for(lambda: alice.texts(".message.found .words"), ["龙卷风 is a tornado"])
    assert alice.all("dialog") == []


def test_an_owner_mutes_and_bans(alice: Browser, bob: Browser, server: int) -> None:
    meet(alice, bob, server, "order")

    def act(label: str) -> None:
        alice.click("#people button.person")
        alice.wait(lambda: alice.is_shown(".menu"), "the menu")
        entries = alice.all(".menu button")
        next(entry for entry in entries if entry.text == label).click()

    act("Mute for 10 minutes")
    bob.wait_for(lambda: bob.one("#text").is_enabled(), False)
    assert bob.one("#text").get_attribute("placeholder") == "You are muted in this room."
    act("Unmute")
    bob.wait_for(lambda: bob.one("#text").is_enabled(), True)
    alice.click("#room-details")
    alice.one("#topic").send_keys("Peace and quiet")
    alice.one("#slow-mode").find_element(By.CSS_SELECTOR, "option[value='30']").click()
    alice.click("#room-settings button")
    bob.wait_for(lambda: bob.text("#room-topic"), "Peace and quiet")
    bob.wait_for(lambda: bob.text("#slow"), "Slow mode: one message every 30 s.")
    alice.wait_for(lambda: alice.all("dialog"), [])
    act("Ban")
    alice.wait(lambda: alice.is_shown("#confirm"), "the question")
    alice.click("#confirm .danger")
    bob.wait_for(lambda: bob.text("#room-title"), "Lobby")
    assert bob.text(".toast") == "You were banned from #order."


def test_an_account_is_the_same_person_elsewhere(alice: Browser, bob: Browser, server: int) -> None:
    alice.open(server, "/room/mine")
    alice.rename("Ada")
    alice.wait_for(alice.name, "Ada")
    alice.click("#me")
    alice.click(".account .button")
    alice.one("#login").send_keys("ada")
    alice.one("#password").send_keys("short", Keys.ENTER)
    alice.wait_for(lambda: alice.text("#password-error"), "A password has at least 8 characters.")
    alice.one("#password").clear()
    alice.one("#password").send_keys("difference engine", Keys.ENTER)
    alice.wait_for(lambda: alice.text("#my-kind"), "ada")
    bob.open(server)
    bob.click("#me")
    bob.click(".account .button.quiet")
    bob.one("#login").send_keys("ada")
    bob.one("#password").send_keys("difference engine", Keys.ENTER)
    bob.wait_for(bob.name, "Ada")
    bob.wait_for(lambda: bob.texts("#your-rooms .room-name"), ["Lobby", "mine"])
    bob.click("#me")
    bob.click("#logout")
    bob.wait(lambda: bob.name() not in ("Ada", ""), "another guest")
    # The console notes the refusal of the short password.
    assert all("400" in line for line in alice.complaints())


def test_somebody_is_seen_writing(alice: Browser, bob: Browser, server: int) -> None:
    meet(alice, bob, server, "writing")
    bob.one("#text").send_keys("he")
    alice.wait_for(lambda: alice.text("#typing"), f"{bob.name()} is writing…")
    bob.one("#text").send_keys("llo", Keys.ENTER)
    alice.wait_for(lambda: alice.text("#typing"), "")


def test_the_switches_beside_the_name(alice: Browser, server: int) -> None:
    alice.prefers("light")
    alice.open(server)
    alice.click("#switch-theme")
    assert alice.run("return document.documentElement.dataset.theme") == "dark"
    alice.click("#switch-language")
    alice.wait_for(lambda: alice.text("#room-title"), "大厅")
    assert alice.run("return document.documentElement.lang") == "zh-Hans"
    alice.reload()
    assert alice.run("return document.documentElement.dataset.theme") == "dark"
    assert alice.text("#your-rooms-title") == "我的房间"


def test_a_message_of_long_ago_is_shown_among_its_neighbours(
    alice: Browser, tmp_path: Path
) -> None:
    texts = [f"message {number}" for number in range(400)]
    texts[20] = "the needle"
    fill(tmp_path / "chat.db", texts)
    with served(tmp_path / "chat.db") as (_, port):
        alice.open(port)
        alice.wait_for(lambda: alice.messages()[-1:], ["message 399"])
        alice.click("#search-open")
        alice.one("#search").send_keys("needle")
        alice.wait(lambda: alice.all(".result"), "the result")
        alice.click(".result")
        alice.wait_for(lambda: alice.texts(".message.found .words"), ["the needle"])
        shown = alice.messages()
        assert shown[shown.index("the needle") + 1] == "message 21"
        # From there one reads on, until the past has become the present.
        end = "const l = document.getElementById('log'); l.scrollTop = l.scrollHeight;"

        def is_at_the_end() -> bool:
            alice.run(end)
            return alice.messages()[-1] == "message 399"

        alice.wait(is_at_the_end, "the end")
        shown = alice.messages()
        assert shown == texts[texts.index(shown[0]) :]


def test_a_site_shows_the_chat_in_a_frame_to_its_own_users(alice: Browser, tmp_path: Path) -> None:
    secret = "a secret that the site and the chat share"
    origins = ("http://127.0.0.1",)
    with served(tmp_path / "chat.db", embed_secret=secret, embed_origins=origins) as (_, port):
        claims = {"sub": "4711", "name": "Alice", "exp": time.time() + 600}
        token = jwt.encode(claims, secret, algorithm="HS256")
        alice.open(port, f"/embed?token={token}&room=support")
        assert alice.text("#room-title") == "support"
        assert alice.name() == "Alice"
        picture = tmp_path / "red.png"
        picture.write_bytes(png())
        alice.one("#files").send_keys(str(picture))
        alice.wait_for(lambda: len(alice.all(".attachment.arrived")), 1)
        alice.say("hello")
        width = "return document.querySelector('.thumbnail img')?.naturalWidth"
        alice.wait_for(lambda: alice.run(width), 8)
        assert alice.driver.get_cookies() == []


def test_what_others_do_does_not_end_an_edit(alice: Browser, bob: Browser, server: int) -> None:
    meet(alice, bob, server, "patience")
    alice.say("a draught")
    bob.wait_for(bob.messages, ["a draught"])
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1)
    use_tool(alice, ".message", "Edit")
    assert not alice.is_shown(".tools")
    field = alice.one(".editor textarea")
    field.send_keys(" of")
    use_tool(bob, ".message", "React with 👍")
    alice.wait_for(lambda: alice.texts(".reaction"), ["👍1"])
    # The cursor is where it was.
    ActionChains(alice.driver).send_keys(" mine").perform()
    assert alice.run("return arguments[0].scrollHeight - arguments[0].clientHeight", field) == 0
    ActionChains(alice.driver).send_keys(Keys.ENTER).perform()
    bob.wait_for(bob.messages, ["a draught of mine"])
    alice.wait_for(alice.messages, ["a draught of mine"])
    assert alice.is_shown(".words")
    assert alice.run("return document.activeElement.id") == "text"


def test_an_empty_room_offers_its_link(alice: Browser, server: int) -> None:
    alice.open(server, "/room/quiet")
    alice.cdp(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    alice.click("#invite")
    alice.wait_for(lambda: alice.text(".toast"), "Link copied. Whoever opens it is in this room.")
    assert alice.run("return navigator.clipboard.readText()").endswith("/room/quiet")
    alice.say("hello")
    alice.wait_for(lambda: alice.is_shown("#invite"), False)


def test_messages_are_reached_and_changed_by_keys(alice: Browser, server: int) -> None:
    alice.open(server, "/room/keys")
    for text in ("one", "two", "three"):
        alice.say(text)
    alice.wait_for(lambda: len(alice.all(".message.sent")), 3)
    alice.run("document.getElementById('log').focus()")

    def press(*keys: str) -> None:
        for key in keys:
            ActionChains(alice.driver).send_keys(key).perform()

    focused = "return document.activeElement.querySelector('.words')?.textContent"
    press(Keys.ARROW_UP)
    assert alice.run(focused) == "three"
    press(Keys.ARROW_UP)
    assert alice.run(focused) == "two"
    # The ring around what has the focus is to be seen.
    assert alice.run("return getComputedStyle(document.activeElement).outlineStyle") != "none"
    press(Keys.TAB)
    label = "return document.activeElement.ariaLabel"
    assert alice.run(label) == "React with 👍"
    press(Keys.ENTER)
    alice.wait_for(lambda: alice.texts(".reaction"), ["👍1"])
    while alice.run(label) != "Edit":
        press(Keys.TAB)
    press(Keys.ENTER)
    alice.wait(lambda: alice.is_shown(".editor"), "the editor")
    press("x", Keys.ESCAPE)
    alice.wait_for(lambda: alice.is_shown(".editor"), False)
    assert alice.messages() == ["one", "two", "three"]
    assert alice.run("return document.activeElement.id") == "text"

"""Chromium without a window, driven by Selenium: what a guest sees and does."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from fujita.chat import open_store
from fujita.chat.storage import Draft, Person

Result = TypeVar("Result")

PATIENCE = 15.0

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
)


def chromium() -> tuple[str, str]:
    """Returns where Chromium and its driver are.

    Where they are not, the test is skipped; where tests have to be complete (``CI=true``) it fails.
    """
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "needs Chromium and its driver: apt-get install chromium chromium-driver"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def browser() -> Iterator["Browser"]:
    """Runs a Chromium with a profile of its own."""
    binary, driver_path = chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = binary
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=Service(driver_path))
        try:
            yield Browser(driver)
        finally:
            driver.quit()


def fill(database: Path, texts: list[str], room: str = "lobby") -> None:
    """Puts messages into a database before a server opens it."""

    async def main() -> None:
        store = await open_store(database)
        await store.rooms.create(room, room, Person("xu", "Xu"), 0)
        for number, text in enumerate(texts):
            time = 1_700_000_000_000 + number * 1000
            await store.append(Draft(room, time, "xu", "Xu", text, f"key-{number}"))
        await store.close()

    asyncio.run(main())


class Browser:
    """One guest's browser, with the words of somebody who looks at the page."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self.url = ""

    # Setting the scene

    def reset(self) -> None:
        """Makes it the browser of a guest who has never been here."""
        self.driver.get("about:blank")
        for handle in self.driver.window_handles[1:]:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])
        self.cdp("Network.clearBrowserCookies")
        if self.url:
            self.cdp("Storage.clearDataForOrigin", origin=self.url, storageTypes="all")
        self.cdp("Emulation.clearDeviceMetricsOverride")
        self.cdp("Emulation.setEmulatedMedia", features=[])
        self.speaks("en-GB")
        self.complaints()

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def speaks(self, language: str) -> None:
        """Sets the reader's language, as the browser tells it to servers and pages."""
        agent = self.driver.execute_script("return navigator.userAgent")
        self.cdp("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    def is_phone(self) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=390,
            height=844,
            deviceScaleFactor=2,
            mobile=True,
        )

    def prefers(self, scheme: str) -> None:
        self.cdp(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def open(self, port: int, path: str = "/") -> None:
        """Opens the page and waits until it is connected."""
        self.url = f"http://127.0.0.1:{port}"
        self.driver.get(self.url + path)
        self.wait(lambda: self.text("#room-online") != "", "the page to be in a room")

    def reload(self) -> None:
        self.driver.refresh()
        self.wait(lambda: self.text("#room-online") != "", "the page to be in a room")

    # Looking

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """Returns the text of the first such element; empty where there is none."""
        text: str = self.run(
            "return document.querySelector(arguments[0])?.textContent ?? ''", selector
        )
        return text

    def texts(self, selector: str) -> list[str]:
        texts: list[str] = self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)",
            selector,
        )
        return texts

    def messages(self) -> list[str]:
        return self.texts(".message .words")

    def notices(self) -> list[str]:
        return self.texts(".notice")

    def name(self) -> str:
        return self.text("#my-name")

    def titles(self) -> list[str]:
        """Returns the titles of all tabs."""
        return [target["title"] for target in self.cdp("Target.getTargets")["targetInfos"]]

    def is_shown(self, selector: str) -> bool:
        shown: bool = self.run(
            "return [...document.querySelectorAll(arguments[0])].some((e) =>"
            " e.getClientRects().length && e.checkVisibility({ visibilityProperty: true }))",
            selector,
        )
        return shown

    def is_still(self) -> bool:
        """Returns whether nothing on the page slides or fades to an end."""
        still: bool = self.run(
            "return document.getAnimations().every((animation) =>"
            " animation.playState !== 'running'"
            " || animation.effect.getComputedTiming().iterations === Infinity)"
        )
        return still

    def complaints(self) -> list[str]:
        """Returns the errors of the console: scripts that failed, policies that were broken."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def wait(self, reached: Callable[[], Result], what: str) -> Result:
        """Waits until something is the case."""
        waiting = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.03)
        return waiting.until(lambda _: reached(), f"waited in vain for {what}")

    def wait_for(self, look: Callable[[], object], expected: object) -> None:
        """Waits until something looks as expected; the failure shows both."""
        try:
            self.wait(lambda: look() == expected, repr(expected))
        except TimeoutException:
            seen = look()
            assert seen == expected, f"expected {expected!r}, saw {seen!r}"

    # Doing

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def say(self, text: str) -> None:
        """Writes a message and sends it; Shift+Enter makes its line breaks."""
        field = self.one("#text")
        self.run("arguments[0].focus()", field)
        for number, line in enumerate(text.split("\n")):
            if number:
                field.send_keys(Keys.SHIFT, Keys.ENTER)
            # As by an input method: key by key takes long.
            self.cdp("Input.insertText", text=line)
        field.send_keys(Keys.ENTER)

    def open_room(self, name: str) -> None:
        if not self.all("#room-name"):
            # Where the list of rooms slides in, a click while it does falls beside the button.
            self.wait(lambda: self.is_still(), "the list of rooms to stand still")
            self.click("#open-room")
        self.wait(lambda: self.is_shown("#room-name"), "the dialog that opens a room")
        field = self.one("#room-name")
        field.clear()
        field.send_keys(name, Keys.ENTER)

    def rename(self, name: str) -> None:
        self.click("#me")
        field = self.wait(lambda: self.one("#name"), "the settings")
        field.clear()
        field.send_keys(name, Keys.ENTER)

    def screenshot(self, path: Path) -> None:
        self.driver.save_screenshot(str(path))

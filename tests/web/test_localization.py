from collections.abc import Iterator
from pathlib import Path

import pytest

from fujita import locale
from fujita.web import Application, RequestHandler
from tests.sites import Serve


class Greeting(RequestHandler):
    def get(self) -> None:
        self.write(self.locale.translate("hello"))


class Browser(RequestHandler):
    def get(self) -> None:
        self.write(self.get_browser_locale(self.get_argument("default", "en_US") or "").code)


@pytest.fixture(autouse=True)
def _languages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Loads translations, and forgets them."""
    for name in ("_default_locale", "_translations", "_supported_locales", "_use_gettext"):
        monkeypatch.setattr(locale, name, getattr(locale, name))
    for code in ("fr_FR", "de", "zh_CN"):
        (tmp_path / f"{code}.csv").write_text('"hello","' + code + '"\n')
    locale.load_translations(str(tmp_path))
    locale.Locale._cache = {}
    yield
    locale.Locale._cache = {}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "en_US"),
        ("fr-FR", "fr_FR"),
        ("fr-FR;q=0.9", "fr_FR"),
        ("fr-FR; q=0.9", "fr_FR"),
        ("fr-FR;q=0.5, zh-CN", "zh_CN"),
        ("fr-FR;q=0.5, zh-CN;q=0.6, de;q=0.1", "zh_CN"),
        ("xx, de", "de"),
        ("fr-FR;q=0", "en_US"),
        ("fr-FR;q=-1", "en_US"),
        ("fr-FR;q=much, de", "de"),
        ("", "en_US"),
    ],
)
def test_the_browser_s_language(serve: Serve, header: str | None, code: str) -> None:
    site = serve(Application([("/", Browser)]))
    headers = {} if header is None else {"Accept-Language": header}
    assert site.request("GET", "/", headers).text == code


def test_the_language_to_fall_back_on(serve: Serve) -> None:
    site = serve(Application([("/", Browser)]))
    assert site.get("/?default=fr_FR").text == "fr_FR"
    assert site.get("/?default=fr_FR", Accept_Language="de").text == "de"


def test_the_user_s_choice_comes_first(serve: Serve) -> None:
    class Chosen(Greeting):
        def get_user_locale(self) -> locale.Locale | None:
            choice = self.get_cookie("language")
            return locale.get(choice) if choice else None

    site = serve(Application([("/", Chosen)]))
    assert site.get("/", Cookie="language=de", Accept_Language="fr_FR").text == "de"
    assert site.get("/", Accept_Language="fr_FR").text == "fr_FR"


def test_the_locale_may_be_set(serve: Serve) -> None:
    class Set(Greeting):
        def prepare(self) -> None:
            self.locale = locale.get("zh_CN")

    assert serve(Application([("/", Set)])).get("/", Accept_Language="fr_FR").text == "zh_CN"

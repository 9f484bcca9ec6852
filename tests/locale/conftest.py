from collections.abc import Iterator

import pytest

from fujita import locale


@pytest.fixture(autouse=True)
def _no_translations(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Has each test begin and end with nothing loaded."""
    for name in ("_default_locale", "_translations", "_supported_locales", "_use_gettext"):
        monkeypatch.setattr(locale, name, getattr(locale, name))
    yield
    locale.Locale._cache = {}

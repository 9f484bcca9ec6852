import re

import pytest

from fujita.chat.catalogue import CATALOGUE
from fujita.chat.language import preferred_language


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, None, "en"),
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "fr, zh-TW;q=0.5", "zh"),
        (None, "en;q=0.3, zh;q=0.7", "zh"),
        (None, "zh;q=0, en", "en"),
        (None, "zh;q=x", "en"),
        (None, "de,*;q=0.5", "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("xx", "zh", "zh"),
        (None, "," * 100_000, "en"),
    ],
)
def test_the_choice_goes_before_the_browser(
    chosen: str | None, accepted: str | None, language: str
) -> None:
    assert preferred_language(chosen, accepted) == language


def test_every_language_says_the_same_things() -> None:
    english, chinese = CATALOGUE["en"], CATALOGUE["zh"]
    assert list(english) == list(chinese)
    for key, sentence in english.items():
        assert sentence.strip() == sentence != ""
        values = set(re.findall(r"\{\w+\}", sentence))
        assert set(re.findall(r"\{\w+\}", chinese[key])) == values, key

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.chat.names import (
    InvalidText,
    default_guest_name,
    emoji,
    guest_name,
    line_text,
    message_text,
    room_name,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alice", "Alice"),
        ("  Alice \t von   Zu ", "Alice von Zu"),
        ("访客 4821", "访客 4821"),
        ("Jose\u0301", "Jos\u00e9"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("evil\u202etxt", "eviltxt"),
        ("Al\u200bice", "Alice"),
        ("two\nlines", "two lines"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("x" * 32, "x" * 32),
    ],
)
def test_guest_name_is_kept(typed: str, kept: str) -> None:
    assert guest_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \t\n", "empty"),
        ("\u200b\u202e", "empty"),
        ("...", "characters"),
        ("x" * 33, "too-long"),
        ("\ud800", "characters"),
        ("\ue000", "characters"),
        ("z" + "\u0335" * 4, "characters"),
    ],
)
def test_guest_name_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidText) as raised:
        guest_name(typed)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("lobby", "lobby"),
        ("Lobby", "lobby"),
        ("#Design", "design"),
        ("  Release  Notes ", "release-notes"),
        ("中文角", "中文角"),
        ("Ｆｕｌｌ", "full"),
        ("a_b-1", "a_b-1"),
        ("--x--", "x"),
    ],
)
def test_room_name_is_kept(typed: str, kept: str) -> None:
    assert room_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("#", "empty"),
        (" - ", "empty"),
        ("x" * 33, "too-long"),
        ("a/b", "characters"),
        ("<script>", "characters"),
        ("party🎉", "characters"),
        ("\ud800", "characters"),
    ],
)
def test_room_name_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidText) as raised:
        room_name(typed)
    assert raised.value.code == code


@given(st.text())
def test_a_name_that_is_kept_stays_as_it_is(typed: str) -> None:
    for clean in (guest_name, room_name):
        try:
            kept = clean(typed)
        except InvalidText:
            continue
        assert clean(kept) == kept
        assert kept.encode()


@given(st.text(st.characters(codec=None)), st.integers(1, 20))
def test_a_text_that_is_kept_can_be_stored(typed: str, longest: int) -> None:
    try:
        kept = message_text(typed, longest)
    except InvalidText:
        return
    assert 1 <= len(kept) <= longest
    assert "\r" not in kept
    assert kept.encode().decode() == kept
    assert message_text(kept, longest) == kept


def test_message_text_keeps_lines_and_indentation() -> None:
    assert message_text("\n  a\r\n\tb\rc \n\n", 100) == "  a\n\tb\nc"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b", "empty"),
        ("\0\x07", "empty"),
        ("xxxx", "too-long"),
    ],
)
def test_message_text_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidText) as raised:
        message_text(typed, 3)
    assert raised.value.code == code


def test_default_guest_name_speaks_the_language() -> None:
    assert default_guest_name("en", 4821) == "Guest 4821"
    assert default_guest_name("zh", 4821) == "访客 4821"
    assert default_guest_name("xx", 4821) == "Guest 4821"


@pytest.mark.parametrize("typed", ["👍", "❤️", "👍🏽", "👨‍👩‍👧", "🇯🇵", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☃", "🗻", "👁️‍🗨️"])
def test_an_emoji_is_one_picture(typed: str) -> None:
    assert emoji(typed) == typed


@pytest.mark.parametrize(
    "typed",
    ["", "a", "1", "<b>", "👍👍", "👍 ", "a👍", "\u200d", "🇯", "🇯🇵🇯", "👍\n", "👍" + "\u200d" * 20],
)
def test_what_is_not_one_emoji_is_refused(typed: str) -> None:
    with pytest.raises(InvalidText):
        emoji(typed)


def test_a_title_is_one_visible_line() -> None:
    assert line_text(" a \n b\u202e ", 10) == "a b"
    assert line_text("", 10) == ""
    for typed in ("x" * 11, "e" + "\u0301" * 9):
        with pytest.raises(InvalidText):
            line_text(typed, 10)

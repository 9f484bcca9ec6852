"""What guests, rooms and messages may consist of.

Everything that one guest types and another one sees passes through here. What is refused raises
`InvalidText`, whose ``code`` is one of the words that the page has a sentence for.
"""

import re
import unicodedata

LOBBY = "lobby"
"""The room that everybody knows."""

GUEST_NAME_LENGTH = 32
ROOM_NAME_LENGTH = 32
EMOJI_LENGTH = 16

DEFAULT_GUEST_NAMES = {"en": "Guest {number}", "zh": "访客 {number}"}

# Joiners make emoji of several people and are needed to spell Persian and Hindi; every other format
# character is invisible, and the bidirectional ones turn the text of the whole line around.
_JOINERS = "\u200c\u200d"

# Symbols, skin tones, variation selectors, joiners and the tags of some flags.
_EMOJI_PARTS = ("So", "Sk", "Mn", "Cf", "Me")
_JOINED_PICTURES = re.compile("\u200d.")

# Letters of the world's languages carry two marks at most, rarely three. Names with towers of them
# ("zalgo") run over their neighbours' lines.
_MARKS_IN_A_ROW = 3


class InvalidText(ValueError):
    """A name or text that cannot be taken.

    Args:
        code: Why, in one word that the page knows.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def guest_name(typed: str) -> str:
    """Returns a guest's name as it will be shown.

    Spaces at the ends go, those inside become single, invisible characters go.

    Raises:
        InvalidText: ``empty``, ``too-long`` or ``characters``.
    """
    name = " ".join(_visible(unicodedata.normalize("NFC", typed)).split())
    if not any(unicodedata.category(character)[0] in "LNS" for character in name):
        raise InvalidText("characters" if name else "empty")
    if len(name) > GUEST_NAME_LENGTH:
        raise InvalidText("too-long")
    if _has_mark_towers(name):
        raise InvalidText("characters")
    return name


def room_name(typed: str) -> str:
    """Returns a room's name as it stands in its address: lower case, ``-`` for spaces.

    Raises:
        InvalidText: ``empty``, ``too-long`` or ``characters``: a room's name has letters and
            digits of any language, ``-`` and ``_``.
    """
    name = unicodedata.normalize("NFKC", typed).strip().lower().removeprefix("#")
    name = re.sub(r"[\s-]+", "-", name).strip("-")
    if not name:
        raise InvalidText("empty")
    if len(name) > ROOM_NAME_LENGTH:
        raise InvalidText("too-long")
    if not all(_may_name_a_room(character) for character in name) or _has_mark_towers(name):
        raise InvalidText("characters")
    return name


def line_text(typed: str, longest: int) -> str:
    """Returns a title or topic: one line, which may be empty.

    Raises:
        InvalidText: ``too-long`` or ``characters``.
    """
    line = " ".join(_visible(unicodedata.normalize("NFC", typed)).split())
    if len(line) > longest:
        raise InvalidText("too-long")
    if _has_mark_towers(line):
        raise InvalidText("characters")
    return line


def message_text(typed: str, longest: int) -> str:
    r"""Returns a message's text as it will be kept: lines end with ``\n``, none follows the last.

    Raises:
        InvalidText: ``empty``, ``too-long`` (more than ``longest`` characters) or ``characters``.
    """
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    text = text.strip("\n").rstrip()
    if not any(_is_seen(character) for character in text):
        raise InvalidText("empty")
    if len(text) > longest:
        raise InvalidText("too-long")
    return text


def emoji(typed: str) -> str:
    """Returns an emoji as it is kept: one picture, made of however many characters.

    Raises:
        InvalidText: ``characters``: it is no emoji, or there is more beside it.
    """
    if not 0 < len(typed) <= EMOJI_LENGTH:
        raise InvalidText("characters")
    kinds = [unicodedata.category(character) for character in typed]
    is_keycap = typed[0] in "0123456789#*" and typed.endswith("\u20e3")
    # Pictures are symbols; what joins, tints and varies them is not, and comes after one.
    if not is_keycap and (kinds[0] != "So" or any(kind not in _EMOJI_PARTS for kind in kinds)):
        raise InvalidText("characters")
    # Two pictures in a row without a joiner are two emoji, but for the letters of a flag.
    pictures = _JOINED_PICTURES.sub("", typed)
    flags = sum("\U0001f1e6" <= character <= "\U0001f1ff" for character in pictures)
    singles = sum(unicodedata.category(character) == "So" for character in pictures) - flags
    if not is_keycap and (singles, flags) not in ((1, 0), (0, 2)):
        raise InvalidText("characters")
    return typed


def default_guest_name(language: str, number: int) -> str:
    """Returns what a guest is called who has not chosen a name: ``Guest 4821``, ``访客 4821``."""
    return DEFAULT_GUEST_NAMES.get(language, DEFAULT_GUEST_NAMES["en"]).format(number=number)


def _visible(text: str) -> str:
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf" and character not in _JOINERS:
            continue
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category in ("Cs", "Co", "Cn"):
            raise InvalidText("characters")
        else:
            kept.append(character)
    return "".join(kept)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"


def _may_name_a_room(character: str) -> bool:
    return character in "-_" or unicodedata.category(character)[0] in "LMN"


def _has_mark_towers(name: str) -> bool:
    marks = 0
    for character in name:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MARKS_IN_A_ROW:
            return True
    return False

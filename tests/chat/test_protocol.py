import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.chat.limits import Limits
from fujita.chat.protocol import (
    BadCommand,
    Command,
    History,
    Join,
    Leave,
    Ping,
    Say,
    parse_command,
)

LIMITS = Limits(text_length=10)


def parse(members: object) -> Command:
    return parse_command(json.dumps(members), LIMITS)


@pytest.mark.parametrize(
    ("members", "command"),
    [
        ({"type": "join", "room": "Lobby"}, Join("lobby", None)),
        ({"type": "join", "room": "lobby", "after": None}, Join("lobby", None)),
        ({"type": "join", "room": "lobby", "after": 7}, Join("lobby", 7)),
        ({"type": "leave", "room": "大厅"}, Leave("大厅")),
        ({"type": "say", "room": "a", "text": " hi ", "key": "k-1"}, Say("a", " hi", "k-1")),
        ({"type": "history", "room": "a", "before": 3, "other": []}, History("a", 3)),
        ({"type": "ping"}, Ping()),
    ],
)
def test_a_command_is_read(members: dict[str, Any], command: Command) -> None:
    assert parse(members) == command


@pytest.mark.parametrize(
    ("members", "code", "detail"),
    [
        ([], "bad-command", "expected a JSON object, got an array"),
        (None, "bad-command", "expected a JSON object, got nothing"),
        ({}, "bad-command", "type: expected one of join, leave, say, history, ping"),
        ({"type": []}, "bad-command", "type: expected one of"),
        ({"type": "dance"}, "bad-command", "type: expected one of"),
        ({"type": "join"}, "bad-command", "room: expected a string, got nothing"),
        ({"type": "join", "room": 1}, "bad-command", "room: expected a string, got a number"),
        ({"type": "join", "room": "a/b"}, "room-characters", "room: expected 1 to 32 letters"),
        ({"type": "join", "room": "a", "after": -1}, "bad-command", "after: expected the id"),
        ({"type": "join", "room": "a", "after": True}, "bad-command", "after: expected the id"),
        ({"type": "join", "room": "a", "after": "7"}, "bad-command", "after: expected the id"),
        ({"type": "join", "room": "a", "after": 1 << 53}, "bad-command", "after: expected the id"),
        ({"type": "history", "room": "a"}, "bad-command", "before: expected the id"),
        ({"type": "say", "room": "a", "text": "hi"}, "bad-command", "key: expected 1 to 64"),
        ({"type": "say", "room": "a", "text": "hi", "key": "a b"}, "bad-command", "key: expected"),
        ({"type": "say", "room": "a", "text": "hi", "key": "k" * 65}, "bad-command", "key: exp"),
        ({"type": "say", "room": "a", "text": 1, "key": "k"}, "bad-command", "text: expected a s"),
        (
            {"type": "say", "room": "a", "text": " ", "key": "k"},
            "text-empty",
            "text: expected 1 to",
        ),
        ({"type": "say", "room": "a", "text": "x" * 11, "key": "k"}, "text-too-long", "text: exp"),
    ],
)
def test_a_bad_command_says_what_was_expected(members: object, code: str, detail: str) -> None:
    with pytest.raises(BadCommand) as raised:
        parse(members)
    assert raised.value.code == code
    assert raised.value.detail.startswith(detail)


@pytest.mark.parametrize("frame", ["", "{", "nonsense", "[" * 100_000, '"\\ud800', b"{}"])
def test_what_is_no_json_is_refused(frame: str | bytes) -> None:
    with pytest.raises(BadCommand) as raised:
        parse_command(frame, LIMITS)
    assert raised.value.code == "bad-command"


def test_a_refused_message_is_named_by_its_key_and_room() -> None:
    with pytest.raises(BadCommand) as raised:
        parse({"type": "say", "room": "A", "text": "", "key": "k1"})
    assert (raised.value.room, raised.value.key) == ("a", "k1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
)
KINDS = st.sampled_from(["join", "leave", "say", "history", "ping"])
NAMES = st.sampled_from(["room", "text", "key", "after", "before"])


@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_anything_is_a_command_or_a_bad_one(frame: str | bytes) -> None:
    try:
        parse_command(frame, LIMITS)
    except BadCommand as problem:
        assert problem.detail


@given(KINDS, st.dictionaries(NAMES, JSON | st.sampled_from(["lobby", "k1", 5])))
def test_any_members_are_a_command_or_a_bad_one(kind: str, members: dict[str, Any]) -> None:
    try:
        parse({**members, "type": kind})
    except BadCommand as problem:
        assert problem.detail

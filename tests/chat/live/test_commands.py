import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.chat.limits import Limits
from fujita.chat.live import commands
from fujita.chat.live.commands import BadCommand, parse_command

LIMITS = Limits(text_length=10)


def parse(**members: Any) -> commands.Command:
    return parse_command(json.dumps(members), LIMITS)


def test_commands_are_read() -> None:
    assert parse(type="join", room=" Café ", after=7, ref="r") == commands.Join(
        room="café", after=7, ref="r"
    )
    assert parse(type="join", room="a", create=True, invite="t") == commands.Join(
        room="a", create=True, invite="t"
    )
    assert parse(type="say", room="a", text="hi\r\n", key="k") == commands.Say(
        room="a", text="hi", key="k"
    )
    say = parse(type="say", room="a", text="", key="k", files=["f", "f"], mentions=["m"])
    assert say == commands.Say(room="a", text="", key="k", files=("f",), mentions=("m",))
    assert parse(type="edit", room="a", id=3, text="x") == commands.Edit(room="a", id=3, text="x")
    assert parse(type="delete", room="a", id=3) == commands.Delete(room="a", id=3)
    assert parse(type="react", room="a", id=3, emoji="👍🏽", on=False) == commands.React(
        room="a", id=3, emoji="👍🏽", on=False
    )
    assert parse(type="typing", room="a") == commands.Typing(room="a")
    assert parse(type="read", room="a", number=9) == commands.Read(room="a", number=9)
    assert parse(type="history", room="a", before=9) == commands.History(room="a", before=9)
    assert parse(type="leave", room="a") == commands.Leave(room="a")
    assert parse(type="ping", ref="x") == commands.Ping(ref="x")
    assert parse(type="hello", token="t") == commands.Hello(token="t")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"type": "jump"}, "bad-command"),
        ({"type": ["join"]}, "bad-command"),
        ({"type": "join"}, "bad-command"),
        ({"type": "join", "room": ""}, "room-empty"),
        ({"type": "join", "room": "a", "after": True}, "bad-command"),
        ({"type": "join", "room": "a", "after": 1.5}, "bad-command"),
        ({"type": "join", "room": "a", "after": 1 << 60}, "bad-command"),
        ({"type": "join", "room": "a", "create": "yes"}, "bad-command"),
        ({"type": "say", "room": "a", "text": "", "key": "k"}, "text-empty"),
        ({"type": "say", "room": "a", "text": "x" * 11, "key": "k"}, "text-too-long"),
        ({"type": "say", "room": "a", "text": "x", "key": "ü"}, "bad-command"),
        ({"type": "say", "room": "a", "text": "x"}, "bad-command"),
        ({"type": "say", "room": "a", "text": 1, "key": "k"}, "bad-command"),
        ({"type": "say", "room": "a", "text": "x", "key": "k", "files": "f"}, "bad-command"),
        ({"type": "say", "room": "a", "text": "x", "key": "k", "files": ["f"] * 11}, "bad-command"),
        ({"type": "say", "room": "a", "text": "x", "key": "k", "mentions": [1]}, "bad-command"),
        ({"type": "react", "room": "a", "id": 1, "emoji": "<b>", "on": True}, "bad-command"),
        ({"type": "react", "room": "a", "id": 1, "emoji": "👍"}, "bad-command"),
        ({"type": "ping", "ref": 7}, "bad-command"),
        ({"type": "hello"}, "bad-command"),
    ],
)
def test_bad_commands_are_named(members: dict[str, Any], code: str) -> None:
    with pytest.raises(BadCommand) as raised:
        parse(**members, **({} if "ref" in members else {"ref": "mine"}))
    assert raised.value.code == code
    assert raised.value.detail
    if "ref" not in members and "type" in members and members["type"] in ("join", "say"):
        assert raised.value.ref == "mine"
    if members.get("key") == "k":
        assert raised.value.key == "k"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
    | st.dictionaries(
        st.sampled_from(["type", "room", "text", "key", "id", "after", "emoji", "on", "ref"]),
        st.sampled_from(["join", "say", "react", "edit", 1, -1, True, None, [], {}, "\ud800", "x"]),
    )
)
def test_whatever_comes_is_a_command_or_a_named_error(members: Any) -> None:
    try:
        result = parse_command(json.dumps(members), LIMITS)
    except BadCommand as problem:
        assert problem.code
    else:
        assert isinstance(result, commands.Command)

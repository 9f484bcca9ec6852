import json
from contextlib import ExitStack

import pytest
from benchmarks.load.rooms import entering, groups
from benchmarks.rows import all_rows
from benchmarks.rows.rooms import used_memory

from benchmarks import redis_process
from tests.realtime.redis_servers import redis_server


def test_who_comes_back_says_so_behind_the_handshake() -> None:
    epochs = {"own:1": "a", "own:2": "b", "own:0": "c", "shared:0": "d"}
    head, _, frames = entering(4, epochs, 3).partition(b"\r\n\r\n")
    assert head.startswith(b"GET /realtime HTTP/1.1\r\n")
    commands = [json.loads(b"{" + part.partition(b"{")[2]) for part in frames.split(b"\x81")[1:]]
    assert [command["room"] for command in commands] == ["own:1", "shared:0"]
    assert [command["since"]["epoch"] for command in commands] == ["a", "d"]


def test_groups_of_processes() -> None:
    assert groups("1,2/3") == [[1, 2], [3]]
    assert groups("") == []


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for row in all_rows()]
    assert len(names) == len(set(names))
    assert {"rooms", "rooms-redis", "rooms-nodes-4", "rooms-scattered"} <= set(names)


@pytest.mark.timeout(60)
def test_rooms_are_filled() -> None:
    redis_server()
    with ExitStack() as stack:
        redis = redis_process.start_redis(stack)
        before = used_memory(redis)
        ends = redis_process.fill(redis_process.url_of(redis), ["a", "b"], 3, 100)
        assert {room: end.offset for room, end in ends.items()} == {"a": 3, "b": 3}
        assert used_memory(redis) > before

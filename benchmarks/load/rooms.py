"""Members of rooms, who count what they get or come and go.

usage: python -m benchmarks.load.rooms receive SECONDS --ports PORT,PORT --publisher PORT ...
       python -m benchmarks.load.rooms enter SECONDS --ports PORT ...

``receive``: so many members at each node, in one room or spread over some, count what the
publisher publishes.
``enter``: WebSockets are opened, each subscribes to two rooms that it has been in before, gets
the message that it missed in each, and drops; so many at a time.

The processor time of the processes that ``--watch`` names is taken over just the measured time.
"""

import argparse
import json
import select
import socket
import time
import urllib.request
from collections.abc import Sequence

from benchmarks.load.idle import handshake, masked, open_websocket
from benchmarks.load.websockets import RESET, Counter, Frames
from benchmarks.processes import processor_seconds

WARM_UP_SECONDS = 0.3


class Watch:
    """Takes the processor time of groups of processes."""

    def __init__(self, groups: Sequence[Sequence[int]]) -> None:
        self._groups = groups
        self._before = self._now()

    def _now(self) -> list[float]:
        return [sum(map(processor_seconds, group)) for group in self._groups]

    def used(self) -> list[float]:
        """Gives the seconds that each group has used since it was made."""
        return [now - before for now, before in zip(self._now(), self._before, strict=True)]


def tell(port: int, at_once: int, pause: float, rooms: int) -> None:
    """Has a node publish, or end it."""
    url = f"http://127.0.0.1:{port}/publish?at-once={at_once}&pause={pause}&rooms={rooms}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        answer.read()


def receive(options: argparse.Namespace) -> dict[str, object]:
    rooms = options.rooms
    sockets = [
        open_websocket(port, f"/?room={number % rooms}")
        for port in options.ports
        for number in range(options.members)
    ]
    counter = Counter(sockets)
    # Members of one room get the same bytes, so it is enough to look into those of one of each.
    frames = [Frames() for _ in range(rooms)]
    samples = [connection.fileno() for connection in sockets[:rooms]]
    reactions = {sample: one.feed for sample, one in zip(samples, frames, strict=True)}

    def so_far() -> tuple[int, int, int]:
        own = sum(counter.totals[sample] for sample in samples)
        return counter.total, own, sum(one.count for one in frames)

    tell(options.publisher, options.at_once, options.pause, rooms)
    try:
        counter.run(WARM_UP_SECONDS, reactions)
        watch = Watch(options.watch)
        before = so_far()
        elapsed = counter.run(options.seconds, reactions)
        used = watch.used()
    finally:
        tell(options.publisher, 0, 0, 1)
    total, own, published = (
        after - earlier for after, earlier in zip(so_far(), before, strict=True)
    )
    deliveries = total * published / own if own else 0
    return {
        "rate": deliveries / elapsed,
        "deliveries": deliveries,
        "publications": published,
        "elapsed": elapsed,
        "used": used,
    }


def entering(number: int, epochs: dict[str, str], rooms: int) -> bytes:
    """Gives a request and two commands, of which the client need not wait for the answers."""
    own, shared = f"own:{number % rooms}", f"shared:{number % rooms // 10}"
    parts = [handshake("/realtime")]
    for room in (own, shared):
        command = {
            "type": "subscribe",
            "id": room,
            "room": room,
            "since": {"offset": 1, "epoch": epochs[room]},
        }
        parts.append(masked(json.dumps(command).encode()))
    return b"".join(parts)


def enter(options: argparse.Namespace) -> dict[str, object]:
    """Opens WebSockets that come back to their rooms."""
    (port,) = options.ports
    epochs = json.loads(options.epochs)
    rooms = sum(room.startswith("own:") for room in epochs)
    poll = select.epoll()
    opened: dict[int, tuple[socket.socket, bytearray]] = {}
    number = count = 0

    def open_next() -> None:
        nonlocal number
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.connect(("127.0.0.1", port))
        connection.send(entering(number, epochs, rooms))
        number += 1
        opened[connection.fileno()] = connection, bytearray()
        poll.register(connection, select.EPOLLIN)

    for _ in range(options.at_once):
        open_next()
    watch, start = Watch(options.watch), time.perf_counter()
    while time.perf_counter() < start + options.seconds:
        for descriptor, _ in poll.poll(0.5):
            connection, answer = opened[descriptor]
            data = connection.recv(65536)
            answer += data
            if not data or b'"type":"error"' in answer:
                raise SystemExit(f"it was not let in: {bytes(answer[-200:])!r}")
            if answer.count(b'"recovered":true') < 2:
                continue
            del opened[descriptor]
            connection.close()
            count += 1
            open_next()
    elapsed = time.perf_counter() - start
    return {"rate": count / elapsed, "count": count, "elapsed": elapsed, "used": watch.used()}


def groups(text: str) -> list[list[int]]:
    return [[int(number) for number in group.split(",")] for group in text.split("/") if group]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", choices=["receive", "enter"])
    parser.add_argument("seconds", type=float)
    parser.add_argument("--ports", type=lambda text: [int(port) for port in text.split(",")])
    parser.add_argument("--publisher", type=int)
    parser.add_argument("--members", type=int, default=500, help="at each node")
    parser.add_argument("--rooms", type=int, default=1, help="that they are spread over")
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--epochs", default="{}", help="of the rooms, by name, as JSON")
    parser.add_argument("--watch", type=groups, default=[], help="processes: 1,2/3")
    options = parser.parse_args()
    figures = receive(options) if options.kind == "receive" else enter(options)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()

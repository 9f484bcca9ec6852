"""WebSocket load: counts bytes and parses nothing, so that it costs less than any server.

usage: python -m benchmarks.load.websockets KIND PORT PATH SECONDS [options]

``echo``: each connection sends the next message when one has come back. ``broadcast``: the first
connection does so, and all receive. ``accept``: opens and drops connections, some at a time.
"""

import argparse
import json
import resource
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping

from benchmarks.load.idle import handshake, masked, open_websocket

WARM_UP_SECONDS = 0.3
# A chat message; its number keeps a compressor from having seen it before.
MESSAGE = '{"type":"message","room":"lobby","user":"alice","text":"hello, this is number %09d"}'
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing leaves nothing behind


class Counter:
    """Counts the bytes that come on all connections, and lets some of them answer."""

    def __init__(self, connections: list[socket.socket]) -> None:
        self.poll = select.epoll()
        self.receivers = {}
        self.totals = {}
        for connection in connections:
            connection.setblocking(False)
            self.receivers[connection.fileno()] = connection.recv
            self.totals[connection.fileno()] = 0
            self.poll.register(connection, select.EPOLLIN)

    def run(self, seconds: float, on_data: Mapping[int, Callable[[bytes], object]]) -> float:
        """Receives for some seconds; gives how many it were exactly."""
        receivers, totals, poll = self.receivers, self.totals, self.poll.poll
        start = time.perf_counter()
        end = start + seconds
        while (now := time.perf_counter()) < end:
            for descriptor, _ in poll(0.5):
                data = receivers[descriptor](262144)
                if not data:
                    raise SystemExit("the server closed the connection")
                totals[descriptor] += len(data)
                react = on_data.get(descriptor)
                if react is not None:
                    react(data)
        return now - start

    @property
    def total(self) -> int:
        return sum(self.totals.values())


def echo(port: int, path: str, seconds: float, connections: int, size: int) -> dict[str, float]:
    sockets = [open_websocket(port, path) for _ in range(connections)]
    frame = masked(b"x" * size)
    expected = size + 2
    counter = Counter(sockets)

    def answering(connection: socket.socket) -> Callable[[bytes], None]:
        send = connection.send
        rest = 0

        def react(data: bytes) -> None:
            nonlocal rest
            whole, rest = divmod(rest + len(data), expected)
            if whole == 1:
                send(frame)
            elif whole:
                send(frame * whole)

        return react

    reactions = {connection.fileno(): answering(connection) for connection in sockets}
    for connection in sockets:
        connection.send(frame)
    counter.run(WARM_UP_SECONDS, reactions)
    before = counter.total
    elapsed = counter.run(seconds, reactions)
    count = (counter.total - before) / expected
    return {"rate": count / elapsed, "count": count, "elapsed": elapsed}


class Frames:
    """Counts the frames of a server in a stream of bytes, by their lengths alone."""

    def __init__(self) -> None:
        self._kept = b""
        self.count = 0

    def feed(self, data: bytes) -> int:
        """Tells how many frames are complete with this."""
        data = self._kept + data
        start = found = 0
        while len(data) - start >= 4:
            length = data[start + 1]
            head = 2
            if length == 126:
                length = int.from_bytes(data[start + 2 : start + 4])
                head = 4
            if len(data) - start < head + length:
                break
            start += head + length
            found += 1
        self._kept = data[start:]
        self.count += found
        return found


def broadcast(
    port: int, path: str, seconds: float, receivers: int, in_flight: int, deflate: bool
) -> dict[str, float]:
    sockets = [open_websocket(port, path, deflate=deflate) for _ in range(receivers)]
    sender = sockets[0]
    counter = Counter(sockets)
    frames = Frames()
    number = 0

    def send(count: int) -> None:
        nonlocal number
        parts = []
        for _ in range(count):
            number += 1
            parts.append(masked((MESSAGE % number).encode() if deflate else b"x" * 32))
        sender.send(b"".join(parts))

    def react(data: bytes) -> None:
        complete = frames.feed(data)
        if complete:
            send(complete)

    reactions = {sender.fileno(): react}
    send(in_flight)
    counter.run(WARM_UP_SECONDS, reactions)
    before, own_before, frames_before = counter.total, own(counter, sender), frames.count
    elapsed = counter.run(seconds, reactions)
    # All get the same frames: bytes tell how many there were in all, once one stream is counted.
    size = (own(counter, sender) - own_before) / max(1, frames.count - frames_before)
    count = (counter.total - before) / size if size else 0
    return {"rate": count / elapsed, "count": count, "elapsed": elapsed}


def own(counter: Counter, connection: socket.socket) -> int:
    return counter.totals[connection.fileno()]


def accept(port: int, path: str, seconds: float, at_once: int) -> dict[str, float]:
    """Opens, waits for the answer's head, and drops the connection; so many at a time."""
    request = handshake(path)
    poll = select.epoll()
    opened: dict[int, socket.socket] = {}
    count = 0

    def open_next() -> None:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.connect(("127.0.0.1", port))
        connection.send(request)
        opened[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)

    for _ in range(at_once):
        open_next()
    start = time.perf_counter()
    end = start + seconds
    while time.perf_counter() < end:
        for descriptor, _ in poll.poll(0.5):
            connection = opened.pop(descriptor)
            head = connection.recv(4096)
            connection.close()
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"no WebSocket, but {head[:60]!r}")
            count += 1
            open_next()
    elapsed = time.perf_counter() - start
    return {"rate": count / elapsed, "count": count, "elapsed": elapsed}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", choices=["echo", "broadcast", "accept"])
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--deflate", action="store_true")
    options = parser.parse_args()
    where = options.port, options.path, options.seconds, options.connections
    if options.kind == "echo":
        figures = echo(*where, options.size)
    elif options.kind == "broadcast":
        figures = broadcast(*where, options.in_flight, options.deflate)
    else:
        figures = accept(*where)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures["load_seconds"] = used.ru_utime + used.ru_stime
    print(json.dumps(figures))


if __name__ == "__main__":
    main()

"""Requests and answers of many bytes: counts what comes and looks at nothing but its end.

usage: python -m benchmarks.load.transfers PORT PATH SECONDS [--connections 16] [--upload BYTES]
"""

import argparse
import json
import re
import select
import socket
import time

END_OF_CHUNKS = b"0\r\n\r\n"


class Exchange:
    """One connection, which sends the same request again and again."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.request = memoryview(request)
        self.sent = 0
        self.remaining = 0  # bytes of the answer; -1 if it is chunked; 0 before its head

    def send(self) -> bool:
        """Sends what fits; tells whether that was the whole request."""
        try:
            self.sent += self.socket.send(self.request[self.sent :])
        except BlockingIOError:
            pass
        return self.sent == len(self.request)

    def received(self, data: memoryview) -> bool:
        """Takes a part of the answer; tells whether it is complete."""
        if not data:
            raise SystemExit("the server closed the connection")
        if self.remaining == 0:
            return self._begin(bytes(data))
        if self.remaining < 0:
            return self._done(bytes(data[-5:]) == END_OF_CHUNKS)
        self.remaining -= len(data)
        return self._done(self.remaining == 0)

    def _begin(self, data: bytes) -> bool:
        head, _, body = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the server answered {head[:60]!r}")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length is None:
            self.remaining = -1
            return self._done(body.endswith(END_OF_CHUNKS))
        self.remaining = int(length.group(1)) - len(body)
        return self._done(self.remaining == 0)

    def _done(self, complete: bool) -> bool:
        if complete:
            self.sent = self.remaining = 0
        return complete


def run(port: int, request: bytes, seconds: float, connections: int) -> dict[str, float]:
    """Keeps all connections busy; gives requests per second and how many there were."""
    poll = select.epoll()
    exchanges: dict[int, Exchange] = {}
    for _ in range(connections):
        exchange = Exchange(port, request)
        exchanges[exchange.socket.fileno()] = exchange
        poll.register(exchange.socket, listen_for(exchange))
    buffer = bytearray(1 << 20)
    view = memoryview(buffer)
    count = 0
    start = time.perf_counter()
    end = start + seconds
    while time.perf_counter() < end:
        for descriptor, event in poll.poll(1):
            exchange = exchanges[descriptor]
            if event & select.EPOLLIN:
                size = exchange.socket.recv_into(buffer)
                if not exchange.received(view[:size]):
                    continue
                count += 1
                poll.modify(descriptor, listen_for(exchange))
            elif event & select.EPOLLOUT:
                poll.modify(descriptor, listen_for(exchange))
            else:
                raise SystemExit("the connection was lost")
    elapsed = time.perf_counter() - start
    return {"rate": count / elapsed, "count": count}


def listen_for(exchange: Exchange) -> int:
    """Sends, and tells what to wait for then."""
    return select.EPOLLIN if exchange.send() else select.EPOLLIN | select.EPOLLOUT


def request_for(path: str, upload: int) -> bytes:
    if not upload:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {upload}\r\n"
    return f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + bytes(upload)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--upload", type=int, default=0, metavar="BYTES")
    options = parser.parse_args()
    request = request_for(options.path, options.upload)
    print(json.dumps(run(options.port, request, options.seconds, options.connections)))


if __name__ == "__main__":
    main()

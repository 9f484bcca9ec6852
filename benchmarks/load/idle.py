"""Connections that are opened and then do nothing.

usage: python -m benchmarks.load.idle PORT PATH COUNT

Opens so many kept connections, says so, and closes them when its standard input ends.
"""

import socket
import subprocess
import sys
from contextlib import ExitStack

from benchmarks.machine import LOAD_CORE, ROOT
from benchmarks.processes import on_cores

KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


def handshake(path: str, *, deflate: bool = False) -> bytes:
    """Gives the request that opens a WebSocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\n{DEFLATE if deflate else ''}\r\n"
    ).encode()


def masked(payload: bytes, first_byte: int = 0x81) -> bytes:
    """Gives a client's frame, whose mask is four zeros; a whole text message by default."""
    size = len(payload)
    if size < 126:
        return bytes((first_byte, 0x80 | size, 0, 0, 0, 0)) + payload
    return bytes((first_byte, 0xFE)) + size.to_bytes(2) + bytes(4) + payload


def receive_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """Gives an answer's head, and what came behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise OSError(f"the server closed the connection after {data[:60]!r}")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def open_websocket(port: int, path: str, *, deflate: bool = False) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(handshake(path, deflate=deflate))
    head, _ = receive_head(connection)
    if not head.startswith(b"HTTP/1.1 101"):
        connection.close()
        raise OSError(f"no WebSocket, but {head[:60]!r}")
    if deflate and b"permessage-deflate" not in head:
        connection.close()
        raise OSError("permessage-deflate was not accepted")
    return connection


def open_kept_alive(port: int, path: str) -> socket.socket:
    """Opens a connection, on which one request has been answered."""
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head, body = receive_head(connection)
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(f"the server answered {head[:60]!r}")
    while not body.rstrip():
        body = connection.recv(65536)
    return connection


def keep_many(port: int, path: str, count: int, stack: ExitStack) -> None:
    """Opens so many kept connections, in a process of its own, which ``stack`` ends.

    Raises:
        OSError: They could not all be opened.
    """
    command = [*on_cores(LOAD_CORE), sys.executable, "-m", "benchmarks.load.idle"]
    process = subprocess.Popen(
        [*command, str(port), path, str(count)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(process.communicate)
    assert process.stdout is not None
    if not process.stdout.readline():
        _, complaint = process.communicate()
        raise OSError(complaint.strip().splitlines()[-1])


def main() -> None:
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    connections = [open_kept_alive(port, path) for _ in range(count)]
    print(f"{len(connections)} connections are open", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

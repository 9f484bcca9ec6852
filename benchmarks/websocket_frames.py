"""Microseconds a message for parsing and framing WebSocket messages, beside the websockets library.

usage: python benchmarks/websocket_frames.py [--seconds 0.2] [--filter WORD]

Each line is the best of several rounds; the peers take turns, so that a busy machine slows all
of them. The library's figure is its protocol without I/O with the C extension, if that is
installed; it stops short of decoding text, which its layer above does.
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from fujita.wire.websocket import (
    DeflateOptions,
    PerMessageDeflate,
    PreparedMessage,
    Role,
    WebSocketConnection,
    accept_offer,
)

Action = Callable[[], object]
LIMIT = 1 << 26
TEXT_32 = "0123456789abcdef" * 2
JSON = '{"type":"message","room":"lobby","user":"alice","text":"hello everyone, how are you?"}'


def ours(role: Role, deflate: PerMessageDeflate | None = None) -> WebSocketConnection:
    return WebSocketConnection(role, max_message_size=LIMIT, deflate=deflate)


def deflate() -> PerMessageDeflate:
    accepted = accept_offer("permessage-deflate; client_max_window_bits", DeflateOptions())
    assert accepted is not None
    return accepted[1]


def receiving(messages: list[str | bytes], chunk: int = 0) -> tuple[Action, Action]:
    """A server that receives the messages in one piece, or in pieces of ``chunk`` bytes."""
    sender = ours(Role.CLIENT)
    wire = b"".join(
        sender.send_text(message) if isinstance(message, str) else sender.send_binary(message)
        for message in messages
    )
    step = chunk or len(wire)
    pieces = [wire[start : start + step] for start in range(0, len(wire), step)]
    connection = ours(Role.SERVER)
    peer = Protocol(Side.SERVER, state=State.OPEN, max_size=LIMIT)

    def receive() -> None:
        for piece in pieces:
            connection.receive_data(piece)

    def receive_by_peer() -> None:
        for piece in pieces:
            peer.receive_data(piece)
        peer.events_received()

    return receive, receive_by_peer


def sending(role: Role, message: str) -> tuple[Action, Action]:
    connection = ours(role)
    peer = Protocol(Side(role is Role.CLIENT), state=State.OPEN)

    def send_by_peer() -> None:
        peer.send_text(message.encode())
        peer.data_to_send()

    return lambda: connection.send_text(message), send_by_peer


def echo() -> tuple[Action, Action]:
    """A 32-byte text received and sent back."""
    connection = ours(Role.SERVER)
    peer = Protocol(Side.SERVER, state=State.OPEN)
    wire = ours(Role.CLIENT).send_text(TEXT_32)

    def answer() -> None:
        for event in connection.receive_data(wire):
            if type(event) is str:
                connection.send_text(event)

    def answer_by_peer() -> None:
        peer.receive_data(wire)
        for event in peer.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                peer.send_text(bytes(event.data).decode().encode())
        peer.data_to_send()

    return answer, answer_by_peer


def broadcast(receivers: int, agreed: PerMessageDeflate | None, *, shared: bool) -> Action:
    connections = [ours(Role.SERVER, agreed) for _ in range(receivers)]

    def send() -> None:
        if shared:
            message = PreparedMessage(JSON)
            for connection in connections:
                connection.send_prepared(message)
        else:
            for connection in connections:
                connection.send_text(JSON)

    return send


def cases() -> list[tuple[str, int, Action, Action | None]]:
    """Name, messages an action handles, ours, the peer's."""
    agreed = deflate()
    server, client = ours(Role.SERVER, agreed), ours(Role.CLIENT, agreed)
    compressed = client.send_text(JSON)
    receiver = ours(Role.SERVER, PerMessageDeflate(agreed.compression, False, 12, True))
    return [
        ("receive 32 B text", 1, *receiving([TEXT_32])),
        ("receive 32 B text, 1000 in one read", 1000, *receiving([TEXT_32] * 1000)),
        ("receive 32 B text, 1000 in 1460 B reads", 1000, *receiving([TEXT_32] * 1000, 1460)),
        ("receive 300 B text", 1, *receiving(["x" * 300])),
        ("receive 1 KiB text", 1, *receiving(["x" * 1024])),
        ("receive 1 MiB binary in one read", 1, *receiving([bytes(1 << 20)])),
        ("receive 1 MiB binary in 64 KiB reads", 1, *receiving([bytes(1 << 20)], 65536)),
        ("receive 16 MiB binary in 64 KiB reads", 1, *receiving([bytes(1 << 24)], 65536)),
        ("receive compressed 86 B JSON", 1, lambda: receiver.receive_data(compressed), None),
        ("send 32 B text, server", 1, *sending(Role.SERVER, TEXT_32)),
        ("send 32 B text, client", 1, *sending(Role.CLIENT, TEXT_32)),
        ("send 1 MiB text, client", 1, *sending(Role.CLIENT, "x" * (1 << 20))),
        ("send compressed 86 B JSON, server", 1, lambda: server.send_text(JSON), None),
        ("echo 32 B text, server", 1, *echo()),
        ("to 500 receivers, shared", 500, broadcast(500, None, shared=True), None),
        ("to 500 receivers, each its own", 500, broadcast(500, None, shared=False), None),
        ("to 500 compressed, shared", 500, broadcast(500, agreed, shared=True), None),
        ("to 500 compressed, each its own", 500, broadcast(500, agreed, shared=False), None),
    ]


def best(actions: list[Action], seconds: float) -> list[float]:
    """The shortest time of each action in seconds, the actions taking turns."""
    result = [float("inf")] * len(actions)
    deadline = time.perf_counter() + seconds * len(actions)
    rounds = 0
    while rounds < 3 or time.perf_counter() < deadline:
        rounds += 1
        for index, action in enumerate(actions):
            count = max(1, min(1000, int(0.005 / result[index]))) if rounds > 1 else 1
            start = time.perf_counter()
            for _ in range(count):
                action()
            result[index] = min(result[index], (time.perf_counter() - start) / count)
    return result


def memory(agreed: PerMessageDeflate | None, *, used: bool) -> float:
    """KiB for each connection, as Python's allocators count it (zlib's memory included)."""
    wire = ours(Role.CLIENT, agreed).send_text(JSON)
    tracemalloc.start()
    connections = [ours(Role.SERVER, agreed) for _ in range(200)]
    if used:
        for connection in connections:
            connection.receive_data(wire)
            connection.send_text(JSON)
    size = tracemalloc.get_traced_memory()[0] / len(connections) / 1024
    tracemalloc.stop()
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.2, help="for each figure")
    parser.add_argument("--filter", default="", help="only cases with this word")
    options = parser.parse_args()
    print(f"{'µs a message':42}{'fujita':>10}{'websockets':>12}")
    for name, messages, action, peer in cases():
        if options.filter in name:
            actions = [action] if peer is None else [action, peer]
            figures = [f * 1e6 / messages for f in best(actions, options.seconds)]
            theirs = f"{figures[1]:12.2f}" if len(figures) > 1 else ""
            print(f"{name:42}{figures[0]:10.2f}{theirs}")
    print(f"KiB a connection: idle {memory(None, used=False):.2f}", end="")
    print(f", compressing, idle {memory(deflate(), used=False):.2f}", end="")
    print(f", compressing, used {memory(deflate(), used=True):.2f}")


if __name__ == "__main__":
    main()

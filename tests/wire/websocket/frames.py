"""Hand-made frames for the tests, independent of the code under test."""

from fujita.wire.websocket import Event, Role, WebSocketConnection

KEY = b"\x37\xfa\x21\x3d"
LIMIT = 1 << 20


def frame(
    first: int, payload: bytes = b"", *, key: bytes | None = KEY, length: bytes | None = None
) -> bytes:
    """A frame, masked unless ``key`` is None; ``length`` replaces the length octets."""
    size = len(payload)
    bit = 0 if key is None else 0x80
    if length is None:
        if size < 126:
            length = bytes([size])
        elif size < 1 << 16:
            length = b"\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x7f" + size.to_bytes(8, "big")
    header = bytes([first, length[0] | bit]) + length[1:]
    if key is None:
        return header + payload
    return header + key + bytes(octet ^ key[at & 3] for at, octet in enumerate(payload))


def server(limit: int = LIMIT) -> WebSocketConnection:
    return WebSocketConnection(Role.SERVER, max_message_size=limit)


def client(limit: int = LIMIT) -> WebSocketConnection:
    return WebSocketConnection(Role.CLIENT, max_message_size=limit)


def feed(connection: WebSocketConnection, data: bytes, step: int) -> list[Event]:
    """Feeds ``data`` in pieces of ``step`` bytes; all at once if that is 0."""
    if step == 0:
        return connection.receive_data(data)
    events: list[Event] = []
    for start in range(0, len(data), step):
        events += connection.receive_data(data[start : start + step])
    return events

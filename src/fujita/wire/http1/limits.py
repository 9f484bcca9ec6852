"""How much a peer may send."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The sizes beyond which a message is refused, in bytes unless otherwise said.

    Attributes:
        head: The start line and all header fields of one message.
        request_line: The request line alone; it is answered with 414 rather than 431.
        field_count: The number of header fields of one message.
        body: The decoded body; ``None`` for any size.
    """

    head: int = 65536
    request_line: int = 16384
    field_count: int = 2000
    body: int | None = None

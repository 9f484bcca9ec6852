"""What `WebSocketConnection.receive_data` reports.

A whole message is its own event: ``str`` for text, ``bytes`` for binary. Nothing is wrapped
around it, because messages are what a chat room receives all day. The rest is told apart by
``type(event)``.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Ping:
    """The peer asks for a Pong with the same payload (RFC 6455, section 5.5.2).

    Answer with `WebSocketConnection.send_pong`; of several unanswered Pings, answering the
    latest is enough.
    """

    payload: bytes


@dataclass(slots=True)
class Pong:
    """An answer to a Ping, or an unsolicited heartbeat (RFC 6455, section 5.5.3)."""

    payload: bytes


@dataclass(slots=True)
class CloseFrame:
    """The peer's Close frame; it is the last event of a connection.

    Answer with `WebSocketConnection.reply_to_close`.

    Attributes:
        code: The close code, 1005 if the frame carried none (RFC 6455, section 7.1.5).
        reason: The close reason, "" if there was none.
    """

    code: int
    reason: str


@dataclass(slots=True)
class Failure:
    """The connection is to be failed (RFC 6455, section 7.1.7); it is the last event.

    Send what `WebSocketConnection.reply_to_close` returns, then close the transport.

    Attributes:
        code: The close code for the peer; 1006 if it went away without a Close frame, in
            which case there is nothing to send.
        reason: What was wrong.
    """

    code: int
    reason: str


Event = str | bytes | Ping | Pong | CloseFrame | Failure

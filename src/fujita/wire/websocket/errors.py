"""What can go wrong below the socket.

::

    Exception
    ├── ProtocolError               the peer broke RFC 6455 or 7692 (stays in the parser)
    ├── SendAfterCloseError         this side's program writes after its own Close frame
    └── HandshakeError
        ├── UpgradeRequestError     a client's opening request cannot be accepted
        └── UpgradeResponseError    a server's answer is not the one that was asked for
"""


class ProtocolError(Exception):
    """The peer broke the protocol; the parser turns it into a `Failure` event.

    Args:
        code: The close code to fail the connection with (RFC 6455, section 7.4.1).
        reason: What was wrong, short enough for a Close frame (123 bytes of UTF-8).
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} (close code {self.code})"


class SendAfterCloseError(Exception):
    """Data was to be sent although this side has sent its Close frame already."""


class HandshakeError(Exception):
    """The opening handshake failed."""


class UpgradeRequestError(HandshakeError):
    """A request to open a WebSocket that the server has to refuse.

    Args:
        status: The HTTP status of the refusal.
        message: What was wrong, for the response's body or a log.
        headers: Headers that the refusal has to carry.
    """

    def __init__(
        self, status: int, message: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class UpgradeResponseError(HandshakeError):
    """A response to the opening request on which the client has to give up."""

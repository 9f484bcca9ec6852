"""What a peer's malformed message turns into."""


class ProtocolError(Exception):
    """The peer's bytes are not the HTTP/1.1 message that they should be.

    Attributes:
        status: The status code with which a server answers it.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

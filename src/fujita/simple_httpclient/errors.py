"""What goes wrong before there is a response."""

from fujita.httpclient import HTTPClientError


class HTTPTimeoutError(HTTPClientError):
    """A request took too long; the text says what it was doing.

    As an `HTTPClientError` it has the code 599.
    """

    def __init__(self, message: str) -> None:
        super().__init__(599, message=message)
        # For copies, which are made by calling the class with these.
        self.args = (message,)

    def __str__(self) -> str:
        return self.message


class HTTPStreamClosedError(HTTPClientError):
    """The connection was closed before the response was complete.

    Where the system gave a reason, such as `ConnectionResetError`, that is raised instead. As an
    `HTTPClientError` it has the code 599.
    """

    def __init__(self, message: str) -> None:
        super().__init__(599, message=message)
        self.args = (message,)

    def __str__(self) -> str:
        return self.message

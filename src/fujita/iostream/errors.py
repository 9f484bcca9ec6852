"""What can go wrong on a stream, besides errors of the operating system."""

import errno
import ssl

# A peer that goes away shows as one or another of these, depending on the platform and on who
# notices first. For a stream all of them mean what end of file means: closed.
_PEER_IS_GONE = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT})


class StreamClosedError(OSError):
    """An operation on a stream that is closed, or was closed before the operation was done.

    Whoever waits for the operation may see this before the stream's close callback has run.

    Attributes:
        real_error: The error that closed the stream; None if it was closed without one.
    """

    def __init__(self, real_error: BaseException | None = None) -> None:
        super().__init__("Stream is closed")
        self.real_error = real_error


class UnsatisfiableReadError(Exception):
    """What a read looks for is not in the ``max_bytes`` that it may take.

    It is never raised itself: it closes the stream and is its ``error``.
    """


class StreamBufferFullError(Exception):
    """More bytes would wait, to be read or to be sent, than the stream's limits allow."""


def peer_is_gone(error: BaseException | None) -> bool:
    """Tells whether an error is no more than the other end's way of closing."""
    if isinstance(error, ssl.SSLError):
        return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
    return isinstance(error, OSError) and error.errno in _PEER_IS_GONE

import errno
import ssl

import pytest

from fujita.iostream import StreamClosedError
from fujita.iostream.errors import peer_is_gone


def test_stream_closed_error_tells_the_reason() -> None:
    reason = ValueError("why")
    error = StreamClosedError(real_error=reason)
    assert error.real_error is reason
    assert isinstance(error, OSError)
    assert str(error) == "Stream is closed"
    assert StreamClosedError().real_error is None


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (ConnectionResetError(errno.ECONNRESET, ""), True),
        (OSError(errno.EPIPE, ""), True),
        (ssl.SSLEOFError(), True),
        (ssl.SSLZeroReturnError(), True),
        (ssl.SSLError(errno.ECONNRESET, ""), False),
        (OSError(errno.EIO, ""), False),
        # A program's own, without a number.
        (TimeoutError(), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_peer_is_gone(error: BaseException | None, gone: bool) -> None:
    assert peer_is_gone(error) is gone

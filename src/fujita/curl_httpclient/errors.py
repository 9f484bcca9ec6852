"""What a fetch by libcurl raises."""

from fujita.httpclient import HTTPError


class CurlError(HTTPError):
    """A failure that libcurl reports; its ``code`` is 599.

    Args:
        errno: libcurl's number of the failure, one of pycurl's constants ``E_*``.
        message: libcurl's description.

    Attributes:
        errno: See above.
    """

    def __init__(self, errno: int, message: str) -> None:
        super().__init__(599, message)
        self.errno = errno

"""The head of a response, line by line as libcurl hands it on."""

import re

from fujita.httputil import HTTPHeaders

_STATUS_LINE = re.compile(r"HTTP/[0-9.]+ [0-9]{3}(?: (.*))?")


class ResponseHead:
    """What the lines say of the last response; those of redirects come before it.

    Attributes:
        headers: The header fields.
        reason: The reason phrase, if there is one (HTTP/2 has none).
    """

    __slots__ = ("_is_complete", "headers", "reason")

    def __init__(self) -> None:
        self.headers = HTTPHeaders()
        self.reason: str | None = None
        self._is_complete = True

    def take(self, line: str) -> None:
        """Takes a line, with or without its line end.

        Raises:
            HTTPInputError: It is no field line.
        """
        line = line.rstrip("\r\n")
        if not line:
            self._is_complete = True
        elif not self._is_complete:
            self.headers.parse_line(line)
        elif match := _STATUS_LINE.fullmatch(line):
            self.headers = HTTPHeaders()
            self.reason = match[1] or None
            self._is_complete = False
        # RFC 9110 section 6.5.1: "Trailer fields ought to be processed and stored separately from
        # the fields in the header section". So they are left out, as by the other client.

"""What a fetch without success raises."""

from http.client import responses
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from fujita.httpclient.response import HTTPResponse


class HTTPClientError(Exception):
    """A request that did not succeed.

    Args:
        code: The status code; 599 where there was no response at all.
        message: What happened; by default the reason phrase that belongs to the code.
        response: The response, if there was one. Of a redirect that was not followed it tells the
            destination: ``error.response.headers["Location"]``.

    Attributes:
        code: See above.
        message: See above.
        response: See above.
    """

    def __init__(
        self,
        code: int,
        message: str | None = None,
        response: Union["HTTPResponse", None] = None,
    ) -> None:
        self.code = code
        self.message = message or responses.get(code, "Unknown")
        self.response = response
        # These make a copy what the original is; the text comes from __str__.
        super().__init__(code, message, response)

    def __str__(self) -> str:
        return f"HTTP {self.code}: {self.message}"

    def __repr__(self) -> str:
        # Without the response: it refers back to its error, and the text would have no end.
        return f"HTTP {self.code}: {self.message}"


HTTPError = HTTPClientError

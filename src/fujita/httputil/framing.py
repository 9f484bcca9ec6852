"""How the body of a message that is sent is delimited (RFC 9112 section 6)."""

from fujita.httputil.errors import HTTPOutputError
from fujita.httputil.headers import HTTPHeaders
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.fields import parse_content_length
from fujita.wire.http1.request import RequestHead
from fujita.wire.http1.serialize import LAST_CHUNK, chunk_of

_METHODS_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})


class BodyFraming:
    """Puts the pieces of a body into their frame.

    Args:
        chunked: Whether the body is sent in chunks.
        length: How long the head says that it is; None if it does not.
    """

    __slots__ = ("chunked", "remaining")

    def __init__(self, chunked: bool = False, length: int | None = None) -> None:
        self.chunked = chunked
        self.remaining = length

    def frame(self, piece: bytes) -> bytes:
        """Gives the bytes to send for a piece of the body.

        Raises:
            HTTPOutputError: The body grows longer than the head says.
        """
        if self.chunked:
            return chunk_of(piece)
        if self.remaining is not None:
            if len(piece) > self.remaining:
                raise HTTPOutputError("Tried to write more data than Content-Length")
            self.remaining -= len(piece)
        return piece

    def end(self) -> bytes:
        """Gives the bytes to send after the last piece.

        Raises:
            HTTPOutputError: The body is shorter than the head says.
        """
        if self.remaining:
            raise HTTPOutputError(f"Tried to write {self.remaining} bytes less than Content-Length")
        return LAST_CHUNK if self.chunked else b""


def frame_request(method: str, headers: HTTPHeaders) -> BodyFraming:
    """Says how a request's body is delimited, in its headers too if they leave it open.

    Raises:
        HTTPOutputError: The Content-Length that the headers hold is no number.
    """
    if "Content-Length" in headers:
        return BodyFraming(length=_declared_length(headers))
    chunked = headers.get("Transfer-Encoding", "").lower() == "chunked"
    if method in _METHODS_WITH_BODY and "Transfer-Encoding" not in headers:
        headers["Transfer-Encoding"] = "chunked"
        chunked = True
    return BodyFraming(chunked=chunked)


def frame_response(code: int, headers: HTTPHeaders, request: RequestHead) -> BodyFraming:
    """Says how a response's body is delimited, in its headers too if they leave it open.

    Args:
        code: The status code.
        headers: The header fields of the response.
        request: The head of the request.

    Raises:
        HTTPOutputError: The Content-Length that the headers hold is no number.
    """
    # RFC 9110 section 6.4.1 and RFC 9112 section 6.3: such responses end with their head.
    if request.method == "HEAD" or code < 200 or code in (204, 304):
        return BodyFraming(length=0)
    if "Content-Length" in headers:
        return BodyFraming(length=_declared_length(headers))
    # RFC 9112 section 6.1: "A server MUST NOT send a response containing Transfer-Encoding unless
    # the corresponding request indicates HTTP/1.1".
    if request.minor_version and "Transfer-Encoding" not in headers:
        headers["Transfer-Encoding"] = "chunked"
        return BodyFraming(chunked=True)
    return BodyFraming()


def settle_connection(
    headers: HTTPHeaders, request: RequestHead, framing: BodyFraming, closes: bool
) -> bool:
    """Tells the client whether the connection persists (RFC 9112 section 9.3).

    Args:
        headers: The header fields of the response.
        request: The head of the request.
        framing: How the response's body is delimited.
        closes: Whether the server wants to close it.

    Returns:
        Whether the connection is to be closed after the response.
    """
    # RFC 9112 section 6.3: such a body is all that comes "prior to the server closing the
    # connection".
    if not request.minor_version and framing.remaining is None and not framing.chunked:
        closes = True
    options = headers.get("Connection")
    if options is not None:
        return closes or "close" in options.lower()
    if request.minor_version:
        if closes:
            headers["Connection"] = "close"
    elif request.section.keep_alive and not closes:
        headers["Connection"] = "Keep-Alive"
    return closes


def _declared_length(headers: HTTPHeaders) -> int:
    try:
        return parse_content_length(headers["Content-Length"])
    except ProtocolError as error:
        # It is the application's, not the other end's.
        raise HTTPOutputError(str(error)) from None

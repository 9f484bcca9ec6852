"""How a case of the probe is written down."""

from collections.abc import Callable
from dataclasses import dataclass

HOST = b"Host: test\r\n"
END = b"\r\n"


@dataclass(frozen=True)
class Answer:
    """One response; informational ones count as responses, too."""

    status: int
    version: str
    fields: dict[str, str]
    body: bytes

    @property
    def options(self) -> set[str]:
        """The options of ``Connection``."""
        return {option.strip() for option in self.fields.get("connection", "").lower().split(",")}


@dataclass(frozen=True)
class Case:
    """What is sent on a new connection, and what must come of it.

    Attributes:
        name: What the case is about, with the section that says so.
        sends: The pieces to send, each in a segment of its own.
        statuses: The statuses of the responses in their order; one of those where there are
            several.
        stays_open: Whether the connection can be used for another request afterwards.
        method: The method of the last request; the body of a response depends on it.
        half_closes: Whether the client shuts its sending side down after the last piece.
        check: Looks at the responses.
    """

    name: str
    sends: tuple[bytes, ...]
    statuses: tuple[int | tuple[int, ...], ...]
    stays_open: bool
    method: str = "GET"
    half_closes: bool = False
    check: Callable[[list[Answer]], object] | None = None


def refused(name: str, *sends: bytes, status: int | tuple[int, ...] = 400) -> Case:
    """A request that is answered by one error, with which the connection ends."""
    return Case(name, sends, (status,), False)


def accepted(
    name: str,
    *sends: bytes,
    body: bytes | None = None,
    status: int = 200,
    check: Callable[[Answer], object] | None = None,
    method: str = "GET",
) -> Case:
    """A request that is answered, and another one may follow."""

    def look(answers: list[Answer]) -> None:
        if body is not None:
            assert answers[-1].body == body
        if check is not None:
            check(answers[-1])

    return Case(name, sends, (status,), True, check=look, method=method)


def get(*lines: bytes, target: bytes = b"/", version: bytes = b"HTTP/1.1") -> bytes:
    """A GET request with ``Host``."""
    return b"GET %b %b\r\n" % (target, version) + HOST + b"".join(lines) + END


def post(*lines: bytes, body: bytes = b"", target: bytes = b"/") -> bytes:
    """A POST request with ``Host``; its framing is in ``lines``."""
    return b"POST %b HTTP/1.1\r\n" % target + HOST + b"".join(lines) + END + body


def sized(body: bytes, target: bytes = b"/") -> bytes:
    """A POST request with ``Content-Length``."""
    return post(b"Content-Length: %d\r\n" % len(body), body=body, target=target)


def chunked(coded: bytes, *lines: bytes) -> bytes:
    """A POST request whose chunks, from the first size to the last line end, are ``coded``."""
    return post(b"Transfer-Encoding: chunked\r\n", *lines, body=coded)

"""A client that sends what it is told to, byte for byte, and reads responses strictly."""

import socket
import threading
from types import TracebackType
from typing import NamedTuple, Self

from fujita.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tests.sites import PATIENCE, Site


class Answer(NamedTuple):
    status: int
    version: str
    headers: dict[str, str]
    body: bytes


class Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(PATIENCE)
        self.file = connection.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()
        self.connection.close()

    def send(self, data: bytes) -> Self:
        self.connection.sendall(data)
        return self

    def half_close(self) -> None:
        self.connection.shutdown(socket.SHUT_WR)

    def head(self) -> Answer:
        """Reads a status line and the fields after it."""
        line = self.file.readline()
        assert line.endswith(b"\r\n"), f"no status line: {line!r}"
        version, status, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (field := self.file.readline()) != b"\r\n":
            assert field.endswith(b"\r\n"), f"no field line: {field!r}"
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Answer(int(status), version, headers, b"")

    def answer(self, bodiless: bool = False) -> Answer:
        """Reads a whole response."""
        head = self.head()
        if bodiless or head.status in (204, 304):
            return head
        if head.headers.get("transfer-encoding") == "chunked":
            return head._replace(body=self._chunks())
        length = head.headers.get("content-length")
        body = self.file.read() if length is None else self.file.read(int(length))
        return head._replace(body=body)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.file.readline(), 16):
            body += self.file.read(size)
            assert self.file.readline() == b"\r\n"
        assert self.file.readline() == b"\r\n"
        return body

    def rest(self) -> bytes:
        """Reads until the server closes the connection; fails if it resets it."""
        return self.file.read()

    def is_closed(self) -> bool:
        """Waits until the server has closed the connection, by whatever means."""
        try:
            while self.connection.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


def connect(site: Site) -> Client:
    return Client(site.connect())


def get(target: str = "/", *fields: str, method: str = "GET", version: str = "1.1") -> bytes:
    """Gives a request without a body."""
    lines = [f"{method} {target} HTTP/{version}", "Host: test", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(body: bytes, target: str = "/", *fields: str) -> bytes:
    """Gives a request with a body of known length."""
    return get(target, f"Content-Length: {len(body)}", *fields, method="POST") + body


def reply(request: HTTPServerRequest, body: bytes = b"ok", **fields: str) -> None:
    """Answers a request by hand."""
    headers = HTTPHeaders({name.replace("_", "-"): value for name, value in fields.items()})
    headers["Content-Length"] = str(len(body))
    request.connection.write_headers(ResponseStartLine("", 200, "OK"), headers, body)
    request.connection.finish()


class Happening(threading.Event):
    """Something that the server's thread says and the test waits for."""

    def happens(self) -> bool:
        return self.wait(PATIENCE)

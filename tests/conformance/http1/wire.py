"""The probe's end of a connection: sends bytes, reads responses strictly."""

import socket
import time
from io import BufferedReader

from tests.conformance.http1.cases import Answer, Case, get

PATIENCE = 5


def run(case: Case, port: int) -> None:
    """Plays a case; raises AssertionError where the server is wrong."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        with reader:
            _send(connection, case)
            answers = [_read_expected(reader, case, index) for index in range(len(case.statuses))]
            if case.check is not None:
                case.check(answers)
            if case.stays_open:
                connection.sendall(get())
                follow_up = read_answer(reader, "GET")
                assert follow_up.status == 200, follow_up
                assert follow_up.body == b"hello"
            else:
                rest = reader.read()
                assert rest == b"", f"more than was expected: {rest!r}"


def _send(connection: socket.socket, case: Case) -> None:
    for index, piece in enumerate(case.sends):
        if index:
            # The pieces shall arrive apart, which nothing on this end can be awaited for.
            time.sleep(0.02)
        try:
            connection.sendall(piece)
        except ConnectionError:
            # Refused in the middle, as may be; the answer tells.
            return
    if case.half_closes:
        connection.shutdown(socket.SHUT_WR)


def _read_expected(reader: BufferedReader, case: Case, index: int) -> Answer:
    is_last = index == len(case.statuses) - 1
    answer = read_answer(reader, case.method if is_last else "GET")
    expected = case.statuses[index]
    allowed = expected if isinstance(expected, tuple) else (expected,)
    assert answer.status in allowed, f"expected {expected}, got {answer}"
    assert answer.version == "HTTP/1.1"
    if answer.status >= 200:
        # RFC 9110 section 6.6.1: "An origin server with a clock MUST generate a Date header
        # field in all 2xx (Successful), 3xx (Redirection), and 4xx (Client Error) responses".
        assert "date" in answer.fields, answer
    if is_last and not case.stays_open:
        # RFC 9112 section 9.6: "A server that sends a close connection option MUST initiate
        # closure"; one that means to close SHOULD send it.
        assert "close" in answer.options or case.half_closes or _is_old(case), answer
    return answer


def _is_old(case: Case) -> bool:
    """Tells whether the client speaks HTTP/1.0, where closing goes without saying."""
    return any(b" HTTP/1.0\r\n" in piece for piece in case.sends)


def read_answer(reader: BufferedReader, method: str) -> Answer:
    """Reads one response, no byte more."""
    line = reader.readline()
    assert line.startswith(b"HTTP/1.1 "), f"no status line: {line!r}"
    version, status, _ = line.decode("latin-1").split(" ", 2)
    fields: dict[str, str] = {}
    while (field := reader.readline()) != b"\r\n":
        assert field.endswith(b"\r\n"), f"no field line: {field!r}"
        name, _, value = field.decode("latin-1").partition(":")
        name = name.lower()
        # Of those that are sent here, none may be repeated.
        assert name not in fields, f"{name} twice"
        fields[name] = value.strip()
    body = _read_body(reader, int(status), method, fields)
    return Answer(int(status), version, fields, body)


def _read_body(reader: BufferedReader, status: int, method: str, fields: dict[str, str]) -> bytes:
    if status < 200 or status == 204:
        # RFC 9110 section 8.6 and RFC 9112 section 6.1: neither field in 1xx and 204.
        assert "content-length" not in fields
        assert "transfer-encoding" not in fields
        return b""
    if method == "HEAD" or status == 304:
        return b""
    assert not ("content-length" in fields and "transfer-encoding" in fields)
    if "content-length" in fields:
        length = int(fields["content-length"])
        body = reader.read(length)
        assert len(body) == length
        return body
    if fields.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            assert reader.readline() == b"\r\n"
        assert reader.readline() == b"\r\n"
        return body
    return reader.read()

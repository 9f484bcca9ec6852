"""RFC 9112 section 5 and RFC 9110 section 5: field lines."""

import json
from typing import Any

from tests.conformance.http1.cases import Answer, accepted, get, refused


def _gives(*expected: tuple[str, str]) -> Any:
    """Looks whether the handler has been given these fields, in this order."""

    def check(answer: Answer) -> None:
        told = [tuple(pair) for pair in json.loads(answer.body)["headers"]]
        assert [pair for pair in told if pair[0] != "Host"] == list(expected)

    return check


def _seen(*lines: bytes) -> bytes:
    return get(*lines, target=b"/seen")


CASES = [
    accepted("blanks around the value", _seen(b"X-A: \t b \t\r\n"), check=_gives(("X-A", "b"))),
    accepted("no blank before the value", _seen(b"X-A:b\r\n"), check=_gives(("X-A", "b"))),
    accepted("empty value", _seen(b"X-A:\r\n"), check=_gives(("X-A", ""))),
    accepted("value of blanks", _seen(b"X-A: \t \r\n"), check=_gives(("X-A", ""))),
    accepted("colon in the value", _seen(b"X-A: b:c\r\n"), check=_gives(("X-A", "b:c"))),
    accepted("tab in the value", _seen(b"X-A: b\tc\r\n"), check=_gives(("X-A", "b\tc"))),
    accepted("obs-text in the value", _seen(b"X-A: \xe4\r\n"), check=_gives(("X-A", "\xe4"))),
    accepted("repeated", _seen(b"X-A: 1\r\nX-A: 2\r\n"), check=_gives(("X-A", "1"), ("X-A", "2"))),
    accepted("name of every token character", _seen(b"!#$%&'*+-.^_`|~9a: b\r\n")),
    accepted(
        "name in any case", _seen(b"x-a: 1\r\nX-A: 2\r\n"), check=_gives(("X-A", "1"), ("X-A", "2"))
    ),
    accepted("many fields", _seen(*[b"X-%d: y\r\n" % number for number in range(90)])),
    accepted(
        "a line in two pieces",
        _seen(b"X-A: b\r\n")[:30],
        _seen(b"X-A: b\r\n")[30:],
        check=_gives(("X-A", "b")),
    ),
    accepted("line end in two pieces", get()[:-3], get()[-3:], body=b"hello"),
    refused("blank before the colon", get(b"X-A : b\r\n")),
    refused("tab before the colon", get(b"X-A\t: b\r\n")),
    refused("blank before the colon of Content-Length", get(b"Content-Length : 5\r\n")),
    refused("blank before the colon of Transfer-Encoding", get(b"Transfer-Encoding : chunked\r\n")),
    refused("blank inside the name", get(b"X A: b\r\n")),
    refused("obs-fold", get(b"X-A: b\r\n c\r\n")),
    refused("obs-fold with a tab", get(b"X-A: b\r\n\tc\r\n")),
    refused("obs-fold of Transfer-Encoding", get(b"Transfer-Encoding:\r\n chunked\r\n")),
    refused("obs-fold behind a bare LF", get(b"X-A: b\n c\r\n")),
    refused("blank before the first field", b"GET / HTTP/1.1\r\n Host: test\r\n\r\n"),
    refused("a line of blanks before the first field", b"GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
    refused("a line of blanks", get(b" \r\n")),
    refused("no colon", get(b"X-A\r\n")),
    refused("empty name", get(b": b\r\n")),
    refused("bare CR in a value", get(b"X-A: b\rc\r\n")),
    refused("bare CR before CRLF", get(b"X-A: b\r\r\n")),
    refused("bare CR in a name", get(b"X\r-A: b\r\n")),
    refused("bare CR that hides a field", get(b"X-A: b\rContent-Length: 5\r\n")),
    refused("NUL in a value", get(b"X-A: b\0c\r\n")),
    refused("NUL in a name", get(b"X-\0A: b\r\n")),
    refused("NUL behind a value", get(b"X-A: b\0\r\n")),
    refused("BEL in a value", get(b"X-A: b\x07\r\n")),
    refused("vertical tab in a value", get(b"X-A: b\x0bc\r\n")),
    refused("form feed in a value", get(b"X-A: b\x0cc\r\n")),
    refused("escape in a value", get(b"X-A: b\x1b[0m\r\n")),
    refused("DEL in a value", get(b"X-A: b\x7f\r\n")),
    refused("quotes in a name", get(b'"X": b\r\n')),
    refused("parentheses in a name", get(b"X(A): b\r\n")),
    refused("slash in a name", get(b"X/A: b\r\n")),
    refused("bracket in a name", get(b"X[A]: b\r\n")),
    refused("at sign in a name", get(b"X@A: b\r\n")),
    refused("a name beyond ASCII", get(b"X-\xe4: b\r\n")),
    refused("a byte order mark", get(b"\xef\xbb\xbfX-A: b\r\n")),
]

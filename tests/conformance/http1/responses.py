"""RFC 9110 sections 9.3.2 and 15: responses that have no body, and those that have."""

from tests.conformance.http1.cases import END, HOST, Answer, Case, accepted, get


def _head(target: bytes = b"/", *lines: bytes) -> bytes:
    return b"HEAD %b HTTP/1.1\r\n" % target + HOST + b"".join(lines) + END


def _has_length(answer: Answer) -> None:
    # RFC 9110 section 8.6: if it is sent, it is that of the GET.
    assert answer.fields["content-length"] == "5"


def _is_chunked(answer: Answer) -> None:
    assert answer.fields["transfer-encoding"] == "chunked"


def _is_delimited_by_close(answers: list[Answer]) -> None:
    # RFC 9112 section 6.1: no Transfer-Encoding in answer to HTTP/1.0.
    assert "transfer-encoding" not in answers[0].fields
    assert answers[0].body == b"one two three"


def _is_empty(answer: Answer) -> None:
    assert answer.body == b""


CASES = [
    accepted("HEAD", _head(), method="HEAD", check=_has_length),
    accepted("HEAD of nothing", _head(b"/none"), method="HEAD", status=404),
    accepted("HEAD of a body of unknown length", _head(b"/pieces"), method="HEAD"),
    Case("HEAD with close", (_head(b"/", b"Connection: close\r\n"),), (200,), False, method="HEAD"),
    Case("HEAD in line", (get() + _head(),), (200, 200), True, method="HEAD"),
    accepted("HEAD of 204", _head(b"/status/204"), method="HEAD", status=204),
    accepted("HEAD of 304", _head(b"/status/304"), method="HEAD", status=304),
    accepted("204", get(target=b"/status/204"), status=204),
    accepted("304", get(target=b"/status/304"), status=304),
    accepted("205", get(target=b"/status/205"), status=205, check=_is_empty),
    accepted(
        "body of unknown length", get(target=b"/pieces"), body=b"one two three", check=_is_chunked
    ),
    Case(
        "body of unknown length for HTTP/1.0",
        (b"GET /pieces HTTP/1.0\r\n\r\n",),
        (200,),
        False,
        check=_is_delimited_by_close,
    ),
    Case(
        "body of unknown length for HTTP/1.0 that keeps alive",
        (b"GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",),
        (200,),
        False,
        check=_is_delimited_by_close,
    ),
    accepted("404", get(target=b"/none"), status=404),
    accepted(
        "405", b"PATCH /pieces HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", status=405
    ),
    accepted("500", get(target=b"/fails"), status=500),
    accepted(
        "304 by its Etag",
        get(b'If-None-Match: "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"\r\n'),
        status=304,
    ),
    accepted("If-None-Match that does not match", get(b'If-None-Match: "x"\r\n'), body=b"hello"),
]

"""RFC 9110 section 10.1.1: Expect."""

from tests.conformance.http1.cases import HOST, Case, post


def _expecting(
    expectation: bytes, target: bytes = b"/", version: bytes = b"1.1", length: int = 5
) -> bytes:
    return (
        b"POST %b HTTP/%b\r\n" % (target, version)
        + HOST
        + b"Expect: %b\r\nContent-Length: %d\r\n\r\n" % (expectation, length)
    )


CASES = [
    Case("100-continue", (_expecting(b"100-continue"), b"hello"), (100, 200), True),
    Case("in mixed case", (_expecting(b"100-Continue"), b"hello"), (100, 200), True),
    Case("in capitals", (_expecting(b"100-CONTINUE"), b"hello"), (100, 200), True),
    Case(
        "with a chunked body",
        (post(b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"), b"2\r\nok\r\n0\r\n\r\n"),
        (100, 200),
        True,
    ),
    Case("the body has come already", (_expecting(b"100-continue") + b"hello",), (200,), True),
    Case("no body", (_expecting(b"100-continue", length=0),), (200,), True),
    Case("not in HTTP/1.0", (_expecting(b"100-continue", version=b"1.0"), b"hello"), (200,), False),
    Case("an unknown one", (_expecting(b"200-ok") + b"hello",), (417,), False),
    Case("an unknown one besides", (_expecting(b"100-continue, x") + b"hello",), (417,), False),
    Case("an answer at once", (_expecting(b"100-continue", b"/early"),), (403,), False),
    Case(
        "nobody at that path",
        (_expecting(b"100-continue", b"/none"), b"hello"),
        (100, 404),
        True,
    ),
    Case("too large", (_expecting(b"100-continue", length=2_000_000),), (413,), False),
]

"""RFC 9110 sections 15.5.14 and 15.5.15, RFC 6585 section 5: what is too large."""

from tests.conformance.http1.cases import Case, accepted, chunked, get, post, refused

_LONG = b"x" * 200_000

CASES = [
    accepted("a target of 8,000 bytes", get(target=b"/?" + b"x" * 8_000), body=b"hello"),
    accepted("a field of 8,000 bytes", get(b"X-A: " + b"x" * 8_000 + b"\r\n"), body=b"hello"),
    refused("a target of 20,000 bytes", get(target=b"/" + b"x" * 20_000), status=414),
    refused("a target of 200,000 bytes", get(target=b"/" + _LONG), status=414),
    refused("a target without end", b"GET /" + _LONG, status=414),
    refused("a method without end", _LONG, status=(400, 414, 501)),
    refused("a field of 200,000 bytes", get(b"X-A: " + _LONG + b"\r\n"), status=431),
    refused("a field without end", b"GET / HTTP/1.1\r\nX-A: " + _LONG, status=431),
    refused("a field name of 200,000 bytes", get(_LONG + b": x\r\n"), status=431),
    refused("50,000 fields", get(b"a: b\r\n" * 50_000), status=431),
    refused("9,000 fields", get(b"a:b\r\n" * 9_000), status=431),
    refused("fields of 100 KB together", get(*[b"X: " + b"y" * 997 + b"\r\n"] * 100), status=431),
    refused("a body too large", post(b"Content-Length: 2000000\r\n"), status=413),
    refused(
        "a chunked body too large", chunked(b"1E8480\r\n" + b"x" * 2_000_000 + b"\r\n"), status=413
    ),
    refused(
        "many chunks too large together",
        chunked((b"186A0\r\n" + b"x" * 100_000 + b"\r\n") * 12),
        status=413,
    ),
    Case(
        "a body too large in line",
        (get() + post(b"Content-Length: 2000000\r\n"),),
        (200, 413),
        False,
    ),
]

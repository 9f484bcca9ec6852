"""RFC 9112 section 7.1: chunks, their extensions, and trailers."""

import json

from tests.conformance.http1.cases import HOST, Answer, Case, accepted, chunked, refused

_HELLO = b"5\r\nhello\r\n0\r\n\r\n"


def _takes(extension: bytes) -> bytes:
    """A chunk with this between its size and its line end."""
    return chunked(b"5" + extension + b"\r\nhello\r\n0\r\n\r\n")


def _with_trailers(*lines: bytes) -> bytes:
    return chunked(b"5\r\nhello\r\n0\r\n" + b"".join(lines) + b"\r\n")


def _untouched(answer: Answer) -> None:
    """Looks whether the header section is what it was before the trailers came."""
    names = {name for name, _ in json.loads(answer.body)["headers"]}
    assert names == {"Host", "Transfer-Encoding"}


def _seen(*trailers: bytes) -> bytes:
    return _with_trailers(*trailers).replace(b"POST / ", b"POST /seen ")


CASES = [
    accepted("one chunk", chunked(_HELLO), body=b"hello"),
    accepted("no chunk", chunked(b"0\r\n\r\n"), body=b""),
    accepted("several chunks", chunked(b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), body=b"hello"),
    accepted("size in capitals", chunked(b"A\r\n0123456789\r\n0\r\n\r\n"), body=b"0123456789"),
    accepted("size in small letters", chunked(b"a\r\n0123456789\r\n0\r\n\r\n"), body=b"0123456789"),
    accepted("size with leading zeros", chunked(b"0005\r\nhello\r\n000\r\n\r\n"), body=b"hello"),
    accepted("data with line ends", chunked(b"4\r\n\r\n\r\n\r\n0\r\n\r\n"), body=b"\r\n\r\n"),
    accepted("byte by byte", chunked(b""), *[bytes([byte]) for byte in _HELLO], body=b"hello"),
    accepted(
        "size apart from its line end", chunked(b"5"), b"\r\nhello\r", b"\n0\r\n\r\n", body=b"hello"
    ),
    refused("size with a hexadecimal prefix", chunked(b"0x5\r\nhello\r\n0\r\n\r\n")),
    refused("size with an underscore", chunked(b"1_0\r\n0123456789abcdef\r\n0\r\n\r\n")),
    refused("size with a plus", chunked(b"+5\r\nhello\r\n0\r\n\r\n")),
    refused("size with a minus", chunked(b"-5\r\nhello\r\n0\r\n\r\n")),
    refused("size with a blank before it", chunked(b" 5\r\nhello\r\n0\r\n\r\n")),
    refused("size with a letter too far", chunked(b"5g\r\nhello\r\n0\r\n\r\n")),
    refused("empty size", chunked(b"\r\nhello\r\n0\r\n\r\n")),
    refused("only an extension", chunked(b";a=b\r\nhello\r\n0\r\n\r\n")),
    refused(
        "size beyond 64 bits",
        chunked(b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
        status=(400, 413),
    ),
    refused("size of 40 digits", chunked(b"F" * 40 + b"\r\nhello\r\n"), status=(400, 413)),
    refused("size of 64 bits", chunked(b"FFFFFFFFFFFFFFFF\r\nhello\r\n"), status=(400, 413)),
    refused("size with a quote", chunked(b'"5"\r\nhello\r\n0\r\n\r\n')),
    refused("bare LF behind the size", chunked(b"5\nhello\r\n0\r\n\r\n")),
    refused("bare CR behind the size", chunked(b"5\rhello\r\n0\r\n\r\n")),
    refused("bare LF behind the data", chunked(b"5\r\nhello\n0\r\n\r\n")),
    refused("nothing behind the data", chunked(b"5\r\nhello0\r\n\r\n")),
    refused("data longer than its size", chunked(b"5\r\nhello!\r\n0\r\n\r\n")),
    refused("data shorter than its size", chunked(b"6\r\nhello\r\n0\r\n\r\n")),
    refused("bare LF behind the last chunk", chunked(b"5\r\nhello\r\n0\n\r\n")),
    refused("NUL behind the size", chunked(b"5\0\r\nhello\r\n0\r\n\r\n")),
    accepted("extension", _takes(b";a=b"), body=b"hello"),
    accepted("extension without a value", _takes(b";a"), body=b"hello"),
    accepted("extension in quotes", _takes(b';a="b c;d"'), body=b"hello"),
    accepted("extension with an escaped quote", _takes(b';a="b\\"c"'), body=b"hello"),
    accepted("several extensions", _takes(b";a=b;c;d=e"), body=b"hello"),
    accepted("extension with blanks around", _takes(b" ; a = b"), body=b"hello"),
    accepted("extension of the last chunk", chunked(b"5\r\nhello\r\n0;a=b\r\n\r\n"), body=b"hello"),
    refused("extension without a name", _takes(b";")),
    refused("extension with an empty value", _takes(b";a=")),
    refused("extension with an open quote", _takes(b';a="b')),
    refused("extension with a bare LF", chunked(b"5;a=b\nhello\r\n0\r\n\r\n")),
    refused("extension with a bare CR", _takes(b";a=b\rc")),
    refused("extension with a NUL", _takes(b";a=\0")),
    refused("extension without end", chunked(b"5;a=" + b"x" * 100_000), status=(400, 413, 431)),
    refused(
        "extensions on every byte",
        chunked(
            b"1;" + b"x" * 4000 + b"\r\na\r\n",
        )
        + (b"1;" + b"x" * 4000 + b"\r\na\r\n") * 50,
        status=(400, 413, 431),
    ),
    accepted("trailer", _with_trailers(b"X-Sum: 1\r\n"), body=b"hello"),
    accepted("several trailers", _with_trailers(b"X-A: 1\r\n", b"X-B: 2\r\n"), body=b"hello"),
    accepted(
        "trailer that was announced",
        chunked(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", b"Trailer: X-Sum\r\n"),
        body=b"hello",
    ),
    accepted("trailers do not become fields", _seen(b"X-Sum: 1\r\n"), check=_untouched),
    accepted("trailer Content-Length", _seen(b"Content-Length: 3\r\n"), check=_untouched),
    accepted("trailer Transfer-Encoding", _seen(b"Transfer-Encoding: gzip\r\n"), check=_untouched),
    accepted("trailer Host", _seen(b"Host: evil\r\n"), check=_untouched),
    accepted("trailer Connection", _seen(b"Connection: close\r\n"), check=_untouched),
    accepted("trailer Authorization", _seen(b"Authorization: x\r\n"), check=_untouched),
    refused("trailer without a colon", _with_trailers(b"X-Sum\r\n")),
    refused("trailer with a blank before the colon", _with_trailers(b"X-Sum : 1\r\n")),
    refused("trailer with a NUL", _with_trailers(b"X-Sum: \0\r\n")),
    refused("trailer with a bare CR", _with_trailers(b"X-Sum: 1\r2\r\n")),
    refused("trailer with obs-fold", _with_trailers(b"X-Sum: 1\r\n 2\r\n")),
    refused("trailers without end", chunked(b"0\r\n" + b"X-A: y\r\n" * 20_000), status=(400, 431)),
    refused(
        "request where the last line end should be",
        chunked(b"5\r\nhello\r\n0\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n"),
    ),
    Case("end inside a chunk", (chunked(b"5\r\nhel"),), (), False, half_closes=True),
    Case("end before the last chunk", (chunked(b"5\r\nhello\r\n"),), (), False, half_closes=True),
]

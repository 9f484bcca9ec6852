"""RFC 9112 section 6 and RFC 9110 section 8.6: where a body ends."""

from tests.conformance.http1.cases import END, HOST, Case, accepted, get, post, refused, sized


def _length(*values: bytes, body: bytes = b"hello") -> bytes:
    return post(*[b"Content-Length: %b\r\n" % value for value in values], body=body)


def _coding(*values: bytes, body: bytes = b"0\r\n\r\n") -> bytes:
    return post(*[b"Transfer-Encoding: %b\r\n" % value for value in values], body=body)


_BOTH = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
_BOTH_TURNED = b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"

CASES = [
    accepted("length", sized(b"hello"), body=b"hello"),
    accepted("length zero", sized(b""), body=b""),
    accepted("no length", post(), body=b""),
    accepted("length with leading zeros", _length(b"005"), body=b"hello"),
    accepted("body in pieces", sized(b"hello")[:-4], b"el", b"lo", body=b"hello"),
    accepted("body apart from its head", sized(b"hello")[:-5], b"hello", body=b"hello"),
    accepted("body that looks like a request", sized(get()), body=get()),
    accepted("body of NULs", sized(b"\0" * 10), body=b"\0" * 10),
    accepted("body of half a megabyte", sized(b"x" * 500_000), body=b"x" * 500_000),
    accepted(
        "body of GET",
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello",
        body=b"hello",
    ),
    refused("both Content-Length and Transfer-Encoding", post(_BOTH, body=b"0\r\n\r\n")),
    refused("both, in the other order", post(_BOTH_TURNED, body=b"0\r\n\r\n")),
    refused("both, in other cases", post(_BOTH.lower(), body=b"0\r\n\r\n")),
    refused("two lengths", _length(b"5", b"6")),
    refused("two lengths in one field", _length(b"5, 6")),
    refused("an empty member in a list of lengths", _length(b"5,")),
    refused("a length and an empty one", _length(b"5", b"")),
    refused("empty length", _length(b"")),
    refused("negative length", _length(b"-5")),
    refused("length with a plus", _length(b"+5")),
    refused("hexadecimal length", _length(b"0x5")),
    refused("length with an underscore", _length(b"1_0")),
    refused("length with a fraction", _length(b"5.0")),
    refused("length with an exponent", _length(b"5e0")),
    refused("length with a blank inside", _length(b"1 0")),
    refused("length with letters behind it", _length(b"5a")),
    refused("length in quotes", _length(b'"5"')),
    refused("length in digits beyond ASCII", _length("٥".encode())),
    refused("length with a semicolon", _length(b"5;q=1")),
    refused("length of 30 digits", _length(b"9" * 30), status=(400, 413)),
    refused("length beyond 64 bits", _length(b"18446744073709551621"), status=(400, 413)),
    refused("coding that is unknown", _coding(b"foo"), status=(400, 501)),
    refused("coding behind chunked", _coding(b"chunked, gzip"), status=(400, 501)),
    refused("coding before chunked", _coding(b"gzip, chunked"), status=(400, 501)),
    refused("chunked twice", _coding(b"chunked, chunked")),
    refused("chunked in two fields", _coding(b"chunked", b"chunked")),
    refused("identity", _coding(b"identity"), status=(400, 501)),
    refused("chunked and identity", _coding(b"chunked", b"identity"), status=(400, 501)),
    refused("chunked with a parameter", _coding(b"chunked;a=b"), status=(400, 501)),
    refused("chunked in quotes", _coding(b'"chunked"'), status=(400, 501)),
    refused("chunked with a prefix", _coding(b"xchunked"), status=(400, 501)),
    refused("chunked with a vertical tab", _coding(b"\x0bchunked")),
    refused("chunked with a byte beyond ASCII", _coding(b"\xa0chunked"), status=(400, 501)),
    refused("empty coding", _coding(b""), status=(400, 501)),
    accepted("chunked in capitals", _coding(b"CHUNKED"), body=b""),
    accepted("chunked with blanks around it", _coding(b" \tchunked \t"), body=b""),
    refused(
        "chunked in HTTP/1.0",
        b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    refused(
        "chunked in HTTP/1.0 with keep-alive",
        b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n",
    ),
    Case(
        "length in HTTP/1.0", (b"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",), (200,), False
    ),
    refused("chunked of GET with both", b"GET / HTTP/1.1\r\n" + HOST + _BOTH + END + b"0\r\n\r\n"),
    Case("end inside the body", (sized(b"hello")[:-2],), (), False, half_closes=True),
    Case("end inside the head", (get()[:-4],), (), False, half_closes=True),
]

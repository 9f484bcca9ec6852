"""RFC 9112 section 3.2: the four forms of a target, and the field Host."""

import json
from typing import Any

from tests.conformance.http1.cases import END, HOST, Answer, Case, accepted, get, refused


def _seen(**expected: Any) -> Any:
    def check(answer: Answer) -> None:
        told = json.loads(answer.body)
        assert {name: told[name] for name in expected} == expected

    return check


def _with_host(*lines: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET /seen " + version + b"\r\n" + b"".join(lines) + END


CASES = [
    accepted("query", get(target=b"/seen?a=b"), check=_seen(path="/seen", query="a=b")),
    accepted("empty query", get(target=b"/?"), body=b"hello"),
    accepted("question mark in the query", get(target=b"/seen?a?b"), check=_seen(query="a?b")),
    accepted("percent-encoding", get(target=b"/seen?a=%20"), check=_seen(query="a=%20")),
    refused("without a slash", get(target=b"foo")),
    refused("dot without a slash", get(target=b".")),
    refused("query without a slash", get(target=b"?a=b")),
    refused("fragment", get(target=b"/#a")),
    refused("fragment behind the query", get(target=b"/?a=b#c")),
    refused("a scheme without an authority", get(target=b"http:///")),
    refused("a scheme alone", get(target=b"http://")),
    refused("user information", get(target=b"http://user:secret@test/")),
    refused("a port that is no number", get(target=b"http://test:a/")),
    refused("a path in front of a scheme", get(target=b"x/http://test/")),
    accepted("two slashes", get(target=b"//"), status=404),
    accepted(
        "absolute form",
        get(target=b"http://example.com/seen?q"),
        check=_seen(path="/seen", query="q"),
    ),
    accepted(
        "absolute form: Host is ignored",
        get(target=b"http://example.com:81/seen"),
        check=_seen(host="example.com:81", url="http://example.com:81/seen"),
    ),
    accepted(
        "absolute form, scheme in capitals",
        get(target=b"HTTP://example.com/seen"),
        check=_seen(host="example.com", path="/seen"),
    ),
    accepted("absolute form of https", get(target=b"https://example.com/"), body=b"hello"),
    accepted("absolute form without a path", get(target=b"http://example.com"), body=b"hello"),
    accepted(
        "absolute form, query without a path", get(target=b"http://example.com?a"), body=b"hello"
    ),
    accepted(
        "absolute form, IPv6", get(target=b"http://[::1]:80/seen"), check=_seen(host="[::1]:80")
    ),
    refused("absolute form without Host", b"GET http://example.com/ HTTP/1.1\r\n\r\n"),
    Case(
        "absolute form in HTTP/1.0", (b"GET http://example.com/ HTTP/1.0\r\n\r\n",), (200,), False
    ),
    Case("asterisk form", (b"OPTIONS * HTTP/1.1\r\n" + HOST + END,), ((200, 204, 404, 405),), True),
    accepted("OPTIONS of a path", b"OPTIONS / HTTP/1.1\r\n" + HOST + END, status=204),
    refused("asterisk for GET", get(target=b"*")),
    refused("asterisk with a path", b"OPTIONS */a HTTP/1.1\r\n" + HOST + END),
    Case(
        "CONNECT",
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",),
        ((400, 404, 405, 501),),
        True,
    ),
    refused("CONNECT without a port", b"CONNECT example.com HTTP/1.1\r\n" + HOST + END),
    refused("CONNECT with a path", b"CONNECT / HTTP/1.1\r\n" + HOST + END),
    refused("CONNECT with absolute form", b"CONNECT http://a/ HTTP/1.1\r\n" + HOST + END),
    refused("CONNECT with a port too large", b"CONNECT a:99999 HTTP/1.1\r\n" + HOST + END),
    refused("authority form for GET", get(target=b"example.com:443")),
    refused("no Host", b"GET / HTTP/1.1\r\n\r\n"),
    Case("no Host in HTTP/1.0", (b"GET / HTTP/1.0\r\n\r\n",), (200,), False),
    refused("two Hosts", _with_host(b"Host: a\r\n", b"Host: b\r\n")),
    refused("the same Host twice", _with_host(b"Host: a\r\n", b"Host: a\r\n")),
    refused("two Hosts in different cases", _with_host(b"Host: a\r\n", b"hOST: a\r\n")),
    refused("two Hosts in HTTP/1.0", _with_host(b"Host: a\r\nHost: b\r\n", version=b"HTTP/1.0")),
    refused("two Hosts in one field", _with_host(b"Host: a, b\r\n")),
    refused("Host with a blank", _with_host(b"Host: a b\r\n")),
    refused("Host with a slash", _with_host(b"Host: a/b\r\n")),
    refused("Host with a question mark", _with_host(b"Host: a?b\r\n")),
    refused("Host with a hash", _with_host(b"Host: a#b\r\n")),
    refused("Host with user information", _with_host(b"Host: a@b\r\n")),
    refused("Host with a backslash", _with_host(b"Host: a\\b\r\n")),
    refused("Host with angle brackets", _with_host(b"Host: <a>\r\n")),
    refused("Host with a port that is no number", _with_host(b"Host: a:b\r\n")),
    refused("Host with two ports", _with_host(b"Host: a:1:2\r\n")),
    refused("Host with a broken bracket", _with_host(b"Host: [::1\r\n")),
    refused("Host beyond ASCII", _with_host(b"Host: \xe4\r\n")),
    refused("Host with a scheme", _with_host(b"Host: http://a\r\n")),
    refused("Host with broken percent-encoding", _with_host(b"Host: a%zz\r\n")),
    accepted("empty Host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", body=b"hello"),
    accepted("Host with a port", _with_host(b"Host: a:8080\r\n"), check=_seen(host="a:8080")),
    accepted("Host with an empty port", _with_host(b"Host: a:\r\n"), check=_seen(host="a:")),
    accepted("Host in IPv6", _with_host(b"Host: [::1]:80\r\n"), check=_seen(host="[::1]:80")),
    accepted("name of Host in capitals", _with_host(b"HOST: a\r\n"), check=_seen(host="a")),
]

"""Redirects: the next request, and what it must not take along."""

import pytest

from fujita.httputil import HTTPHeaders
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.redirect import follow

BODY_FIELDS = {"Content-Type": "text/plain", "Content-Length": "1", "Content-Encoding": "x"}


def hop(method: str = "GET", url: str = "http://h/a/b", **fields: str) -> Hop:
    headers = HTTPHeaders({name.replace("_", "-"): value for name, value in fields.items()})
    return Hop(url, method, headers, b"x" if method in ("POST", "PUT") else None)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("c", "http://h/a/c"),
        ("/c?d", "http://h/c?d"),
        ("//i/c", "http://i/c"),
        ("https://h/", "https://h/"),
        ("", "http://h/a/b"),
    ],
)
def test_location(location: str, url: str) -> None:
    assert follow(hop(), 302, location).url == url


@pytest.mark.parametrize("location", ["ftp://h/", "h:5", "http://h:x/"])
def test_locations_that_cannot_be_fetched(location: str) -> None:
    with pytest.raises(ValueError, match="url"):
        follow(hop(), 302, location)


@pytest.mark.parametrize(
    ("code", "method", "becomes"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (303, "DELETE", "GET"),
        (303, "HEAD", "HEAD"),
        (302, "HEAD", "HEAD"),
        (307, "OPTIONS", "OPTIONS"),
    ],
)
def test_method_and_body(code: int, method: str, becomes: str) -> None:
    former = hop(method)
    former.headers.update(BODY_FIELDS)
    former.body_producer = print
    next_hop = follow(former, code, "/")
    assert next_hop.method == becomes
    if becomes == method:
        assert next_hop.body == former.body
        assert next_hop.body_producer is print
        assert dict(next_hop.headers) == BODY_FIELDS
    else:
        assert next_hop.body is None
        assert next_hop.body_producer is None
        assert dict(next_hop.headers) == {}
    # The former request is the program's.
    assert dict(former.headers) == BODY_FIELDS


SECRETS = {"Authorization": "secret", "Cookie": "secret", "Proxy-Authorization": "secret"}


@pytest.mark.parametrize("location", ["http://h:81/", "https://h/", "http://i/", "//x.h/"])
def test_another_origin_sees_no_credentials(location: str) -> None:
    former = hop(Host="h", Accept="*/*", **SECRETS)
    former.credentials = ("me", "secret")
    next_hop = follow(former, 302, location)
    assert dict(next_hop.headers) == {"Accept": "*/*"}
    assert next_hop.credentials is None


@pytest.mark.parametrize("location", ["http://H:80/c", "/", "http://h/"])
def test_the_same_origin_sees_them_again(location: str) -> None:
    former = hop(url="http://me:secret@h/", Host="h", **SECRETS)
    next_hop = follow(former, 302, location)
    assert dict(next_hop.headers) == SECRETS
    assert next_hop.credentials == ("me", "secret")


def test_credentials_of_the_location_count() -> None:
    former = hop(url="http://me:secret@h/")
    assert follow(former, 302, "http://you@i/").credentials == ("you", "")
    assert follow(former, 302, "http://you:know@h/").credentials == ("you", "know")

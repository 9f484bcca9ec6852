"""The four forms of a request target."""

import pytest

from fujita.wire.http1 import FieldSection, ProtocolError
from fujita.wire.http1.targets import check_target, origin_form

FIELDS = FieldSection({"Host": "front", "X-Other": "kept"})


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://back/a", "back"),
        ("HTTPS://back:8443", "back:8443"),
        ("http://[::1]:80/", "[::1]:80"),
        ("http://back?a", "back"),
    ],
)
def test_the_host_of_an_absolute_target_replaces_the_field(target: str, host: str) -> None:
    section = check_target("GET", target, FIELDS)
    assert section.host == host
    assert section.fields == {"Host": host, "X-Other": "kept"}
    assert FIELDS.host == "front"


@pytest.mark.parametrize(
    ("method", "target"),
    [("OPTIONS", "*"), ("CONNECT", "back:443"), ("CONNECT", "[::1]:443")],
)
def test_other_forms_leave_the_fields_alone(method: str, target: str) -> None:
    assert check_target(method, target, FIELDS) is FIELDS


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "a"),
        ("GET", "?a"),
        ("GET", "*"),
        ("GET", "back:443"),
        ("GET", "http://"),
        ("GET", "http:///a"),
        ("GET", "file:///etc/passwd"),
        ("GET", "http://name:word@back/"),
        ("GET", "http://back:port/"),
        ("GET", "1http://back/"),
        ("OPTIONS", "*/a"),
        ("CONNECT", "/a"),
        ("CONNECT", "back"),
        ("CONNECT", "back:65536"),
        ("CONNECT", "http://back:80"),
        ("CONNECT", ":443"),
    ],
)
def test_what_is_no_target(method: str, target: str) -> None:
    with pytest.raises(ProtocolError, match="Malformed HTTP request line") as caught:
        check_target(method, target, FIELDS)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a?b", "/a?b"),
        ("//a", "//a"),
        ("http://back/a?b", "/a?b"),
        ("http://back", "/"),
        ("http://back?a", "/?a"),
        ("*", "*"),
        ("back:443", "back:443"),
        ("", ""),
    ],
)
def test_origin_form(target: str, expected: str) -> None:
    assert origin_form(target) == expected

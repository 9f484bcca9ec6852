import socket

import pytest

from fujita.netutil import is_valid_ip
from fujita.netutil.address import (
    check_port,
    format_address,
    resolution_error,
    resolve_blocking,
    resolve_literal,
)


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::7", "::ffff:10.0.0.1", "127.1"]
)
def test_an_address_is_a_valid_ip(text: str) -> None:
    assert is_valid_ip(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n", "\0", "::1\0", "localhost", "example.com", "1.2.3.4<", " 1.2.3.4"),
        *("1.2.3.4:80", "[::1]", "1.2.3.256", "a" * 100, "a..b", "\ud800", "é"),
    ],
)
def test_other_text_is_no_valid_ip(text: str) -> None:
    assert not is_valid_ip(text)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (("192.0.2.1", 443), "192.0.2.1:443"),
        (("2001:db8::1", 443, 0, 0), "[2001:db8::1]:443"),
        ("/run/app.sock", "/run/app.sock"),
    ],
)
def test_an_address_is_written_for_people(address: object, text: str) -> None:
    assert format_address(address) == text


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0:0::1", "::ffff:1.2.3.4", "2001:DB8::7"])
def test_a_literal_is_answered_as_the_system_would(host: str) -> None:
    assert resolve_literal(host, 80, socket.AF_UNSPEC) == resolve_blocking(host, 80)


@pytest.mark.parametrize("host", ["localhost", "127.1", "010.0.0.1", "fe80::1%lo", ""])
def test_what_is_no_plain_literal_is_left_to_the_system(host: str) -> None:
    assert resolve_literal(host, 80, socket.AF_UNSPEC) is None


def test_a_literal_of_the_wrong_family_is_left_to_the_system() -> None:
    assert resolve_literal("127.0.0.1", 80, socket.AF_INET6) is None
    with pytest.raises(socket.gaierror, match=r"cannot resolve '127\.0\.0\.1'"):
        resolve_blocking("127.0.0.1", 80, socket.AF_INET6)


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(OSError, match=f"not {port}"):
        check_port(port)
    with pytest.raises(OSError, match=f"not {port}"):
        resolve_blocking("127.0.0.1", port)


def test_a_host_that_is_no_name_is_an_os_error_that_names_it() -> None:
    with pytest.raises(
        socket.gaierror, match=r"cannot resolve 'a\.\.b': not a host name"
    ) as caught:
        resolve_blocking("a..b", 80)
    assert caught.value.errno == socket.EAI_NONAME


def test_the_system_s_reason_is_kept() -> None:
    error = resolution_error("example", socket.gaierror(socket.EAI_AGAIN, "try later"))
    assert error.errno == socket.EAI_AGAIN
    assert "'example'" in str(error)
    assert "try later" in str(error)

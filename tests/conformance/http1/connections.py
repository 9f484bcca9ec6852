"""RFC 9112 section 9: connections that persist and end, and requests in line."""

from collections.abc import Callable

from tests.conformance.http1.cases import (
    END,
    Answer,
    Case,
    accepted,
    chunked,
    get,
    refused,
    sized,
)

_OLD = b"GET / HTTP/1.0\r\n"


def _late(number: int) -> bytes:
    return get(target=b"/late/%d" % number)


def _in_order(*expected: bytes) -> Callable[[list[Answer]], None]:
    def check(answers: list[Answer]) -> None:
        assert [answer.body for answer in answers] == list(expected)

    return check


def _kept(answers: list[Answer]) -> None:
    # RFC 9112 section 9.3: HTTP/1.0 is told that the connection stays open.
    assert "keep-alive" in answers[0].options


_UPGRADE = b"Connection: Upgrade\r\nUpgrade: "

CASES = [
    Case("close", (get(b"Connection: close\r\n"),), (200,), False),
    Case("Close", (get(b"Connection: Close\r\n"),), (200,), False),
    Case("close among others", (get(b"Connection: x, close\r\n"),), (200,), False),
    Case(
        "close in a second field", (get(b"Connection: x\r\nConnection: close\r\n"),), (200,), False
    ),
    Case("keep-alive and close", (get(b"Connection: Keep-Alive, Close\r\n"),), (200,), False),
    Case("close and keep-alive", (get(b"Connection: close, keep-alive\r\n"),), (200,), False),
    accepted("keep-alive", get(b"Connection: keep-alive\r\n"), body=b"hello"),
    accepted("an option that only contains close", get(b"Connection: closed\r\n"), body=b"hello"),
    accepted("empty Connection", get(b"Connection:\r\n"), body=b"hello"),
    Case("HTTP/1.0", (_OLD + END,), (200,), False),
    Case("HTTP/1.0 with close", (_OLD + b"Connection: close\r\n\r\n",), (200,), False),
    Case(
        "HTTP/1.0 with keep-alive",
        (_OLD + b"Connection: keep-alive\r\n\r\n",),
        (200,),
        True,
        check=_kept,
    ),
    Case(
        "HTTP/1.0 with Keep-Alive",
        (_OLD + b"Connection: Keep-Alive\r\n\r\n",),
        (200,),
        True,
        check=_kept,
    ),
    Case("HTTP/1.0 with both", (_OLD + b"Connection: keep-alive, close\r\n\r\n",), (200,), False),
    Case(
        "three in line",
        (_late(1) + _late(2) + _late(3),),
        (200,) * 3,
        True,
        check=_in_order(b"1", b"2", b"3"),
    ),
    Case(
        "fast ones behind a slow one",
        (_late(1) + get() + get(),),
        (200,) * 3,
        True,
        check=_in_order(b"1", b"hello", b"hello"),
    ),
    Case("twenty in line", (get() * 20,), (200,) * 20, True, check=_in_order(*[b"hello"] * 20)),
    Case("cut in the middle", ((get() * 2)[:50], (get() * 2)[50:]), (200, 200), True),
    Case(
        "POSTs in line",
        (sized(b"one") + sized(b"two") + chunked(b"1\r\n3\r\n0\r\n\r\n"),),
        (200,) * 3,
        True,
        check=_in_order(b"one", b"two", b"3"),
    ),
    Case(
        "slow POSTs in line",
        (sized(b"x", b"/late/1") + sized(b"y", b"/late/2") + get(),),
        (200,) * 3,
        True,
        check=_in_order(b"1", b"2", b"hello"),
    ),
    Case("not found in the middle", (get() + get(target=b"/none") + get(),), (200, 404, 200), True),
    Case("failure in the middle", (get() + get(target=b"/fails") + get(),), (200, 500, 200), True),
    Case("malformed in the middle", (get() + b"garbage\r\n\r\n" + get(),), (200, 400), False),
    Case(
        "malformed behind a slow one", (_late(1) + b"garbage\r\n\r\n" + get(),), (200, 400), False
    ),
    Case(
        "close in the middle", (get() + get(b"Connection: close\r\n") + get(),), (200, 200), False
    ),
    Case(
        "close of a slow one",
        (get(b"Connection: close\r\n", target=b"/late/1") + get(),),
        (200,),
        False,
    ),
    Case("HTTP/1.0 in front", (_OLD + END + get(),), (200,), False),
    Case("empty lines between", (get() + b"\r\n\r\n" + get(),), (200, 200), True),
    Case("body shorter than the data", (sized(b"hello") + b"X",), (200,), False, half_closes=True),
    Case("half-close", (get(),), (200,), False, half_closes=True),
    Case(
        "half-close of a slow one",
        (_late(1),),
        (200,),
        False,
        half_closes=True,
        check=_in_order(b"1"),
    ),
    Case(
        "half-close behind several",
        (_late(1) + get() + get(),),
        (200,) * 3,
        False,
        half_closes=True,
    ),
    Case("half-close of a POST", (sized(b"hello"),), (200,), False, half_closes=True),
    Case("half-close before a request", (b"",), (), False, half_closes=True),
    Case("early answer to a body", (sized(b"x" * 100_000, b"/early"),), (403,), False),
    accepted("unknown Upgrade", get(_UPGRADE + b"foo/1\r\n"), body=b"hello"),
    accepted(
        "Upgrade to h2c",
        get(_UPGRADE + b"h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
        body=b"hello",
    ),
    accepted("Upgrade to a newer TLS", get(_UPGRADE + b"TLS/1.3\r\n"), body=b"hello"),
    accepted("Upgrade without Connection", get(b"Upgrade: websocket\r\n"), body=b"hello"),
    Case("Upgrade in HTTP/1.0", (_OLD + _UPGRADE + b"websocket\r\n\r\n",), (200,), False),
    refused("TLS on a plain port", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\n\r\n"),
    Case("a body nobody announced", (get() + b"hello\r\n\r\n",), (200, 400), False),
]

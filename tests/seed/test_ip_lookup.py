import signal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.ip_api import PLACES, IpApi, text_of
from tests.programs import PATIENCE
from tests.seed.conftest import PORT, Start

URL = f"http://127.0.0.1:{PORT}/"
BEIJING = "123.112.18.111"


def get() -> tuple[int, str]:
    try:
        with urlopen(URL, timeout=PATIENCE) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("name", ["coroutine", "extracted"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_look_up(name: str, number: signal.Signals, upstream: IpApi, start: Start) -> None:
    program = start(name)
    assert get() == (200, text_of(BEIJING))
    assert upstream.asked == [("ip-api.com", f"/json/{BEIJING}?lang=zh-CN")]
    assert program.end(number) == (0, "", "")


def test_look_ups_in_parallel(upstream: IpApi, start: Start) -> None:
    upstream.require_together(2)
    program = start("parallel")
    assert get() == (200, "".join(f"IP:{ip} {text_of(ip)}<br>" for ip in PLACES))
    assert upstream.lonely == 0
    assert len(upstream.asked) == 4
    assert program.end(signal.SIGINT) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("coroutine", "查询IP信息错误"),
        ("extracted", "查询IP信息错误"),
        ("parallel", "查询IP信息错误<br>" * 4),
    ],
)
def test_an_address_that_nobody_knows(
    name: str, expected: str, upstream: IpApi, start: Start
) -> None:
    upstream.places.clear()
    start(name)
    assert get() == (200, expected)


@pytest.mark.parametrize("name", ["coroutine", "extracted", "parallel"])
def test_an_upstream_that_fails(name: str, upstream: IpApi, start: Start) -> None:
    program = start(name)
    upstream.status = 503
    status, text = get()
    assert status == 500
    # debug=True: the page shows the traceback.
    assert "HTTP 503" in text
    # The server goes on.
    upstream.status = 200
    assert get()[0] == 200
    status, output, errors = program.end(signal.SIGTERM)
    assert (status, output) == (0, "")
    assert "HTTP 503" in errors

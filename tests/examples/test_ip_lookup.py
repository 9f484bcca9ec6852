import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from fujita.testing import bind_unused_port
from tests.ip_api import PLACES, IpApi, text_of
from tests.programs import PATIENCE, environment, running

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SERVERS = ["10_gen_coroutine.py", "11_gen_return.py", "12_parallel_coroutines.py"]
BEIJING = "123.112.18.111"


def free_port() -> int:
    sock, port = bind_unused_port()
    sock.close()
    return port


def nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


@contextmanager
def serving(name: str, upstream: str) -> Iterator[str]:
    """Runs one of the servers; gives its address."""
    command: list[str | Path] = [EXAMPLES / name, f"--port={free_port()}", f"--upstream={upstream}"]
    with running(command, {}, EXAMPLES) as program:
        yield program.line()


def get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=PATIENCE) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def fetch(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, EXAMPLES / "09_fetch.py", *arguments],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


def test_fetch_prints_what_it_got(upstream: IpApi) -> None:
    done = fetch(f"--upstream={upstream.url}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"code: 200\nreason: OK\n{text_of(BEIJING)}\n"
    assert upstream.asked == [(f"127.0.0.1:{upstream.port}", f"/json/{BEIJING}?lang=zh-CN")]


def test_fetch_says_what_went_wrong_in_one_line(upstream: IpApi) -> None:
    place = nowhere()
    upstream.status = 200
    for arguments, expected in [
        ([f"--upstream={place}"], f"cannot reach 无法访问 {place}: "),
        ([f"--upstream={upstream.url}", "--ip=1.1.1.1"], "no such address 查询IP信息错误: 1.1.1.1"),
    ]:
        done = fetch(*arguments)
        assert done.returncode == 1
        assert done.stderr.startswith(expected)
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", SERVERS[:2])
def test_a_look_up(name: str, upstream: IpApi) -> None:
    with serving(name, upstream.url) as url:
        assert get(url) == (200, text_of(BEIJING))
        assert get(f"{url}?ip=119.112.23.3") == (200, text_of("119.112.23.3"))
        assert get(f"{url}?ip=1.1.1.1") == (200, "查询IP信息错误")
        upstream.status = 503
        status, text = get(url)
        assert status == 502
        assert text.startswith(f"cannot reach 无法访问 {upstream.url}: HTTP 503")


@pytest.mark.parametrize("name", SERVERS)
def test_an_upstream_that_cannot_be_reached(name: str) -> None:
    place = nowhere()
    with serving(name, place) as url:
        status, text = get(url)
        assert status == 502
        assert f"cannot reach 无法访问 {place}: " in text


@pytest.mark.parametrize("name", SERVERS[:2])
def test_requests_do_not_wait_for_each_other(name: str, upstream: IpApi) -> None:
    upstream.require_together(2)
    with serving(name, upstream.url) as url:
        first = subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request as u; u.urlopen({url!r}).read()"]
        )
        assert get(url) == (200, text_of(BEIJING))
        assert first.wait(PATIENCE) == 0
        assert upstream.lonely == 0


def test_parallel_look_ups_are_under_way_at_the_same_time(upstream: IpApi) -> None:
    upstream.require_together(2)
    with serving(SERVERS[2], upstream.url) as url:
        assert get(url) == (200, "".join(f"IP:{ip} {text_of(ip)}<br>" for ip in PLACES))
        assert upstream.lonely == 0
        assert len(upstream.asked) == 4

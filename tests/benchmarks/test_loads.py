from typing import Any

import pytest
from benchmarks.__main__ import parse_arguments
from benchmarks.load import wrk
from benchmarks.load.idle import masked
from benchmarks.load.transfers import request_for
from benchmarks.load.websockets import Frames
from benchmarks.row import Unavailable

WRK = """\
Running 1s test @ http://127.0.0.1:8888/
  Latency Distribution
     50%  640.00us
     99%    1.25ms
  91234 requests in 1.00s, 15.00MB read
Requests/sec:  91000.50
"""


def test_what_wrk_prints() -> None:
    assert wrk.parse(WRK) == wrk.Load(91000.5, 91234, 1.25)


@pytest.mark.parametrize("line", ["  Non-2xx or 3xx responses: 7", "  Socket errors: connect 0"])
def test_a_load_that_was_not_answered_is_no_figure(line: str) -> None:
    with pytest.raises(Unavailable, match=line.split()[0]):
        wrk.parse(WRK + line)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_frames_are_counted_however_they_are_cut(step: int) -> None:
    stream = b"\x81\x05hello" + b"\xc1\x7e\x00\xc8" + bytes(200) + b"\x81\x00" + b"\x81\x02ab"
    frames = Frames()
    for start in range(0, len(stream), step):
        frames.feed(stream[start : start + step])
    assert frames.count == 4


def test_masked_frames() -> None:
    assert masked(b"ab") == b"\x81\x82\0\0\0\0ab"
    assert masked(bytes(300))[:8] == b"\x81\xfe\x01\x2c\0\0\0\0"


def test_requests() -> None:
    assert request_for("/a", 0) == b"GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert request_for("/a", 3).endswith(b"\r\n\r\n\0\0\0")


def test_arguments() -> None:
    options = parse_arguments(["--only", "hello,json", "--quick"], ["hello", "json"])
    assert (options.only, options.rounds, options.seconds) == (["hello", "json"], 3, 1.0)


def test_a_row_that_is_not_there_is_refused(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--only", "helo"], ["hello", "json"])
    assert "no row is called helo; there are: hello, json" in capsys.readouterr().err

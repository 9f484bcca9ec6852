"""Requests with small answers, by wrk."""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import LOAD_CORE
from benchmarks.peers import need_command
from benchmarks.processes import on_cores, output_of
from benchmarks.row import Unavailable

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Load:
    """What wrk measured.

    Attributes:
        rate: Requests per second.
        count: All requests.
        p99: The time in milliseconds that 99 of 100 requests stayed below.
    """

    rate: float
    count: int
    p99: float


def run(
    url: str,
    seconds: float,
    *,
    connections: int = 64,
    script: Path | None = None,
    cores: tuple[int, ...] = (LOAD_CORE,),
) -> Load:
    whole_seconds = max(1, round(seconds))
    command = [*on_cores(*cores), need_command("wrk"), "-t1", f"-c{connections}"]
    command += [f"-d{whole_seconds}s", "--latency"]
    command += ["-s", str(script)] if script else []
    return parse(output_of([*command, url], whole_seconds + 30))


def parse(output: str) -> Load:
    """Reads what wrk printed.

    Raises:
        Unavailable: If not every request was answered well.
    """
    complaint = re.search(r"(Socket errors|Non-2xx).*", output)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", output)
    count = re.search(r"(\d+) requests in", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", output)
    if complaint or not (rate and count and p99):
        raise Unavailable(complaint.group() if complaint else "wrk did not finish")
    milliseconds = float(p99.group(1)) * UNITS[p99.group(2)]
    return Load(float(rate.group(1)), int(count.group(1)), milliseconds)

"""Measures "hello, world" on a RequestHandler: the same program on Tornado and on Fujita.

usage: python -m benchmarks.hello [--rounds 5] [--seconds 2] [--connections 64]

The server has one core, the load (wrk) the other, and the two servers take turns, so that
what else the machine does strikes both. Besides requests per second, which a busy machine
distorts, the processor time of a request is shown, which it distorts less.
Tornado is installed by pip into .bench/, an environment of its own.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / ".bench"

PROGRAM = """\
import sys
from tornado import ioloop, web

class Hello(web.RequestHandler):
    def get(self):
        self.write("Hello, World!")

if __name__ == "__main__":
    web.Application([("/", Hello)]).listen(int(sys.argv[1]), "127.0.0.1")
    ioloop.IOLoop.current().start()
"""


def peer_python() -> str:
    """Gives the interpreter of an environment that has Tornado."""
    python = PEER / "bin" / "python"
    if not python.exists():
        print("Installing Tornado in .bench/ (once) ...", flush=True)
        venv.create(PEER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "tornado==6.6.1"], check=True)
    return str(python)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def on_core(core: int) -> list[str]:
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else []


class Server:
    """A server process and what it has used of the processor."""

    def __init__(self, command: list[str], program: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen([*on_core(0), *command, str(program), str(self.port)])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{command} does not answer on port {self.port}")

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, seconds: int, connections: int) -> tuple[float, float]:
        """Gives requests per second, and microseconds of processor time per request."""
        before = self.processor_seconds()
        command = [*on_core(1), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
        command.append(f"http://127.0.0.1:{self.port}/")
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rate = re.search(r"Requests/sec:\s*([\d.]+)", output)
        count = re.search(r"(\d+) requests in", output)
        assert rate is not None
        assert count is not None, output
        if "Non-2xx" in output or "Socket errors" in output:
            raise SystemExit(f"the server did not answer everything:\n{output}")
        used = self.processor_seconds() - before
        return float(rate.group(1)), used / int(count.group(1)) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt install wrk")
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    program = results / "hello_program.py"
    program.write_text(PROGRAM)
    fujita_command = [str(Path(sys.executable).with_name("fujita")), "run"]
    servers = {
        "Tornado": Server([peer_python()], program),
        "Fujita": Server(fujita_command, program),
    }
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    try:
        for server in servers.values():
            server.load(1, options.connections)
        for number in range(1, options.rounds + 1):
            print(f"round {number} of {options.rounds}:", end="", flush=True)
            for name, server in servers.items():
                rate, cost = server.load(options.seconds, options.connections)
                measured[name].append((rate, cost))
                print(f"  {name} {rate:,.0f}/s, {cost:.1f} µs", end="", flush=True)
            print()
    finally:
        for server in servers.values():
            server.process.terminate()
            server.process.wait(20)
    medians = {
        name: tuple(statistics.median(column) for column in zip(*rows, strict=True))
        for name, rows in measured.items()
    }
    ours, theirs = medians["Fujita"], medians["Tornado"]
    print(f"median: Tornado {theirs[0]:,.0f}/s, Fujita {ours[0]:,.0f}/s")
    print(f"Fujita answers {ours[0] / theirs[0]:.1f} times as many requests,", end=" ")
    print(f"for 1/{theirs[1] / ours[1]:.1f} of the processor time each")
    (results / "hello.json").write_text(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()

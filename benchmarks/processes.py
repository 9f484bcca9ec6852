"""Processes on a core of their own, and what they use."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.row import Unavailable

START_SECONDS = 15.0
TICKS = os.sysconf("SC_CLK_TCK")


def on_cores(*cores: int) -> list[str]:
    """Gives what stands before a command that is to keep to some of the cores."""
    usable = sorted({core % (os.cpu_count() or 1) for core in cores})
    if shutil.which("taskset") is None:
        return []
    return ["taskset", "-c", ",".join(map(str, usable))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server and its children, started on some cores, ended with ``close``."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        *,
        folder: Path,
        environment: Mapping[str, str],
        cores: Sequence[int],
    ) -> None:
        self.port = port
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(
            [*on_cores(*cores), *command],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        last = self.last_words()
        self.close()
        raise Unavailable(f"its server did not start: {last}")

    def last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"

    def close(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sign)
            except ProcessLookupError:
                break
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                continue
        self._log.close()

    @property
    def processes(self) -> list[int]:
        """It and its children."""
        return family(self._process.pid)

    def processor_seconds(self) -> float:
        """Gives the processor time that it and its children have used."""
        return sum(map(processor_seconds, family(self._process.pid)))

    def resident_kib(self) -> int:
        """Gives the memory that it and its children hold."""
        return sum(status_kib(process, "VmRSS") for process in family(self._process.pid))

    def forget_peak(self) -> None:
        """Begins anew to watch for the most memory that was held."""
        for process in family(self._process.pid):
            Path(f"/proc/{process}/clear_refs").write_text("5")

    def peak_kib(self) -> int:
        return sum(status_kib(process, "VmHWM") for process in family(self._process.pid))


def family(ancestor: int) -> list[int]:
    """Gives a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = statistics_of(int(entry))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry))
    members = [ancestor]
    for member in members:
        members.extend(children.get(member, ()))
    return members


def statistics_of(process: int) -> list[str]:
    """Gives the fields of /proc/PID/stat behind the process's name."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def processor_seconds(process: int) -> float:
    fields = statistics_of(process)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def status_kib(process: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def output_of(command: Sequence[str], timeout: float, cwd: Path | None = None) -> str:
    """Runs a command to its end and gives what it printed.

    Raises:
        Unavailable: If it failed or took too long; the text is the last line of its complaint.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=False, cwd=cwd
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"took more than {timeout:.0f} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(lines[-1][:200] if lines else f"ended with {done.returncode}")
    return done.stdout

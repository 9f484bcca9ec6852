"""Whether the cost grows faster than the work."""

import sys
from contextlib import ExitStack

from benchmarks.contenders import HTTP, ROUTES, WORKERS, Command, file_of, serve
from benchmarks.figures import TORNADO, AtMost, Better, NoLess, Sample
from benchmarks.load import wrk
from benchmarks.load.idle import keep_many
from benchmarks.machine import LOAD_CORE, ROOT, SERVER_CORE
from benchmarks.processes import Server, on_cores, output_of
from benchmarks.row import Measure, Row, Unavailable

IDLE_CONNECTIONS = 10_000
HUNDRED_MEGABYTES = 100_000_000


class IdleConnections(Row):
    """The slowest hundredth of the answers, with many idle connections and without."""

    better = Better.LOWER

    def __init__(self) -> None:
        title = f"p99 with {IDLE_CONNECTIONS:,} idle connections, to that without"
        super().__init__("idle-10000", title, "×", (TORNADO,), (AtMost(1.5, "×"),))

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        alone = serve(HTTP[contender], stack)
        crowded = serve(HTTP[contender], stack)
        try:
            keep_many(crowded.port, "/hello", IDLE_CONNECTIONS, stack)
        except OSError as error:
            raise Unavailable(f"{IDLE_CONNECTIONS:,} connections: {error}") from error
        return lambda seconds: Sample(p99(crowded, seconds) / p99(alone, seconds))


def p99(server: Server, seconds: float) -> float:
    return wrk.run(f"http://127.0.0.1:{server.port}/hello", seconds).p99


class ManyRoutes(Row):
    """What a request to the last of many routes costs, compared to the last of few."""

    better = Better.LOWER
    few, many = 10, 1000

    def __init__(self) -> None:
        title = f"processor time of a hit in {self.many:,} routes, to one in {self.few}"
        super().__init__("routes", title, "×", (TORNADO,), (AtMost(1.3, "×"),))

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        few = serve(ROUTES[contender], stack, str(self.few))
        many = serve(ROUTES[contender], stack, str(self.many))

        def measure(seconds: float) -> Sample:
            cost = processor_time(many, self.many, seconds)
            return Sample(cost / processor_time(few, self.few, seconds), cost)

        return measure


def processor_time(server: Server, routes: int, seconds: float) -> float:
    """Gives microseconds a request, which noise of the machine distorts less than the rate."""
    before = server.processor_seconds()
    load = wrk.run(f"http://127.0.0.1:{server.port}/section{routes - 1}/42", seconds)
    return (server.processor_seconds() - before) / load.count * 1e6


class LargeTransfer(Row):
    """How far the server's memory grows while 100 MB pass through it."""

    better = Better.LOWER
    rounds = 3

    def __init__(self, name: str, title: str, path: str, upload: int) -> None:
        super().__init__(name, title, "MiB", (TORNADO,), (AtMost(8, "MiB"),))
        self._path = path
        self._upload = upload

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        server = serve(HTTP[contender], stack)
        return lambda seconds: self._measure(server)

    def _measure(self, server: Server) -> Sample:
        before = server.resident_kib()
        server.forget_peak()
        command = [*on_cores(LOAD_CORE), sys.executable, "-m", "benchmarks.load.transfers"]
        command += [str(server.port), self._path, "1", "--connections", "1"]
        output_of([*command, "--upload", str(self._upload)], 60, ROOT)
        return Sample(max(0, server.peak_kib() - before) / 1024)


class Workers(Row):
    """How much more four workers on two cores do than one on one."""

    def __init__(self) -> None:
        super().__init__(
            "workers",
            "four workers on two cores, to one on one",
            "×",
            (TORNADO,),
            (NoLess(1.8, "×"),),
        )

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        command: Command = WORKERS[contender]
        one = serve(command, stack, "1")
        four = serve(command, stack, "4", cores=(SERVER_CORE, LOAD_CORE))

        def measure(seconds: float) -> Sample:
            rates = [
                wrk.run(f"http://127.0.0.1:{server.port}/work", seconds).rate
                for server in (four, one)
            ]
            return Sample(rates[0] / rates[1])

        return measure


def rows() -> list[Row]:
    file = file_of(HUNDRED_MEGABYTES)
    return [
        IdleConnections(),
        ManyRoutes(),
        LargeTransfer("large-upload", "growth by an upload of 100 MB", "/large", HUNDRED_MEGABYTES),
        LargeTransfer("large-download", "growth by a file of 100 MB", f"/static/{file}", 0),
        Workers(),
    ]

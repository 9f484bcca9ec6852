"""Measures Fujita beside its peers: all rows of the table, or some."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks import machine, peers, picture, report
from benchmarks.figures import Result
from benchmarks.machine import ROOT
from benchmarks.rounds import measure_row
from benchmarks.row import Row
from benchmarks.rows import all_rows

RESULTS = ROOT / "benchmarks" / "results.json"
PICTURE = ROOT / "docs" / "images" / "benchmarks.svg"

EPILOG = """\
The server has one core and the load the other; the peers take turns with Fujita in rounds. The
ratio to a peer is the median of the rounds' ratios; above 1, Fujita is better. Besides what is
done in a second, the processor time of one operation is shown with a ratio of its own; other work
on the machine distorts it less.

The peers are installed in .bench/, and wrk and nginx by apt-get, before anything is measured;
whoever cannot be installed is reported as missing. The figures are kept in
benchmarks/results.json and drawn in docs/images/benchmarks.svg.

examples:
  make bench                        everything, about an hour
  make bench QUICK=1                everything in about a quarter of an hour
  make bench ONLY=ws-echo           one row
  make bench ONLY=json,form QUICK=1
"""


def parse_arguments(arguments: Sequence[str], names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=(__doc__ or ""),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", metavar="ROW,ROW", default="", help="measure these rows alone")
    parser.add_argument("--against", metavar="PEER,PEER", default="", help="with these peers alone")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 second")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default: 5)")
    parser.add_argument("--seconds", type=float, help="how long each time (default: 3)")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--no-install", action="store_true", help="measure who is there already")
    parser.add_argument("--no-save", action="store_true", help="leave the kept figures as they are")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.seconds = options.seconds or (1.0 if options.quick else 3.0)
    options.only = [name for name in options.only.split(",") if name]
    unknown = [name for name in options.only if name not in names]
    if unknown:
        parser.error(f"no row is called {', '.join(unknown)}; there are: {', '.join(names)}")
    return options


def restrict(rows: Sequence[Row], only: Sequence[str], against: str) -> list[Row]:
    """Leaves the rows that were asked for, with the peers that were asked for."""
    chosen = [row for row in rows if not only or row.name in only]
    wanted = [peer.strip() for peer in against.split(",") if peer.strip()]
    for row in chosen:
        if wanted:
            row.peers = tuple(peer for peer in row.peers if peer in wanted)
    return chosen


def measure(rows: Sequence[Row], options: argparse.Namespace) -> list[Result]:
    results = []
    for index, row in enumerate(rows, 1):

        def progress(text: str, head: str = f"[{index}/{len(rows)}] {row.name}") -> None:
            show(f"{head}: {text}")

        progress("starting")
        result = measure_row(row, options.rounds, options.seconds, progress)
        show("")
        print(report.block(result), end="\n\n", flush=True)
        results.append(result)
    return results


def show(text: str) -> None:
    """Shows progress on a line that is overwritten, where there is a terminal."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)


def save(results: Sequence[Result], options: argparse.Namespace) -> None:
    document = report.document(
        results,
        date=datetime.now(UTC).isoformat(timespec="minutes"),
        machine=machine.describe(),
        versions=peers.versions(),
        options={"rounds": options.rounds, "seconds": options.seconds},
    )
    document = report.write_document(RESULTS, document)
    PICTURE.write_text(picture.draw(document))
    print(f"Kept in {RESULTS.relative_to(ROOT)}, drawn in {PICTURE.relative_to(ROOT)}.")


def main() -> None:
    if not sys.platform.startswith("linux"):
        raise SystemExit("The benchmarks need Linux: they pin processes and read /proc.")
    rows = all_rows()
    options = parse_arguments(sys.argv[1:], [row.name for row in rows])
    if options.list:
        for row in rows:
            print(f"{row.name:22} {row.title}, {row.unit}")
        return
    if not options.no_install:
        peers.install()
    machine.allow_many_files()
    results = measure(restrict(rows, options.only, options.against), options)
    print(report.summary(results))
    if not options.no_save:
        save(results, options)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nended by Ctrl-C; nothing was kept") from None

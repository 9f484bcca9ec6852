"""Runs Autobahn's cases against Fujita, as a server and as a client, with permessage-deflate on.

usage: python -m tests.autobahn.run --kosoku PROGRAM [--side server|client] [--loop asyncio|uvloop]
                                    [--reports FOLDER] [section ...]

``kosoku``, of PyPI, runs the cases of Autobahn's testsuite on today's Python. Without sections it
is all of them: 1 to 7, 9 (limits), 10, 12 and 13 (compression); 12 and 13 take minutes.
Fails for every case that is not OK, but for those that ``verdicts.ALLOWED`` lists.
"""

import argparse
import asyncio
import shutil
import sys
import time
from asyncio.subprocess import Process
from pathlib import Path

import uvloop

from tests.autobahn.peers import Count, serving, talk_to_fuzzer
from tests.autobahn.verdicts import faults, read_results

SECTIONS = ["1", "2", "3", "4", "5", "6", "7", "9", "10", "12"]
SECTIONS += [f"13.{number}" for number in range(1, 8)]
FORGETFUL = {"13.2", "13.5", "13.6"}
"""Sections that need a client's offer to forget its window; without it they are UNIMPLEMENTED."""

PARALLEL = 4
PATIENCE = 900
"""Seconds that a section may take."""


async def run_section(section: str, side: str, options: argparse.Namespace) -> list[str]:
    """Runs a section against one side; returns what was wrong."""
    folder = options.reports / side / section
    shutil.rmtree(folder, ignore_errors=True)
    count = Count()
    begin = time.monotonic()
    progress = asyncio.create_task(show(f"{side} {section}", count))
    try:
        async with asyncio.timeout(PATIENCE):
            command = [options.kosoku, "-i", f"{section}.*", "-o", str(folder)]
            if side == "server":
                output = await run_server(count, command)
            else:
                output = await run_client(count, command, forgetful=section in FORGETFUL)
    finally:
        progress.cancel()
    if not (folder / "index.json").exists():
        return [f"no results: {output}"]
    results = read_results(folder)
    wrong = faults(results)
    word = f"{len(wrong)} WRONG" if wrong else "all well"
    seconds = time.monotonic() - begin
    print(f"\r{side} {section:>4}: {len(results):3} cases in {seconds:5.1f} s, {word}", flush=True)
    return wrong


async def run_server(count: Count, command: list[str]) -> str:
    """Runs the server, and the fuzzing client against it; returns what that printed."""
    async with serving(count) as port:
        process = await start([*command, "-p", str(PARALLEL), f"127.0.0.1:{port}"])
        output, _ = await process.communicate()
        return output.decode()


async def run_client(count: Count, command: list[str], *, forgetful: bool) -> str:
    """Runs the fuzzing server, and the client against it; returns what that printed."""
    process = await start([*command, "-m", "fuzzingserver", "127.0.0.1:0"])
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        await talk_to_fuzzer(line.split()[-1], count, forgetful=forgetful)
        output, _ = await process.communicate()
        return line + output.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def start(command: list[str]) -> Process:
    """Starts the fuzzer."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *command, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env={"PYTHONUNBUFFERED": "1"}
    )


async def show(what: str, count: Count) -> None:
    """Shows how many cases have begun, where somebody looks."""
    while sys.stdout.isatty():
        print(f"\r{what}: case {count.begun} ...", end="", flush=True)
        await asyncio.sleep(0.2)


async def run_all(options: argparse.Namespace) -> list[str]:
    """Runs every section asked for; returns what was wrong."""
    wrong = []
    for side in [options.side] if options.side else ["server", "client"]:
        for section in options.sections or SECTIONS:
            found = await run_section(section, side, options)
            wrong += [f"{side} {fault}" for fault in found]
    return wrong


def main() -> int:
    """Runs what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kosoku", required=True)
    parser.add_argument("--side", choices=["server", "client"])
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="uvloop")
    parser.add_argument("--reports", type=Path, default=Path(".autobahn/reports"))
    parser.add_argument("sections", nargs="*", metavar="section", help=" ".join(SECTIONS))
    options = parser.parse_args()
    factory = uvloop.new_event_loop if options.loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        wrong = runner.run(run_all(options))
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Fetches a second of Fujita's client, beside Tornado's: 64 at a time, from nginx.

usage: python benchmarks/http_client.py [--peer PYTHON] [--seconds 3] [--rounds 3]

``--peer`` is the interpreter of an environment that has Tornado installed; ``--url`` takes another
server than nginx. The two take turns, so that a busy machine slows both; each figure is the best
of its rounds. On Linux, server and client get a core each.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONCURRENT = 64

NGINX = """
daemon off; worker_processes 1; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 "Hello, World!"; }} }}
}}
"""


@contextmanager
def nginx(port: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text(NGINX.format(folder=folder, port=port))
        process = subprocess.Popen(["nginx", "-p", folder, "-c", str(config)])
        pin(process.pid, 0)
        try:
            time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait()


def pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {core % (os.cpu_count() or 1)})


def measure(library: str, url: str, seconds: float) -> float:
    """Runs in a process of its own, with the library's own choice of a loop."""
    if library == "tornado":
        # Only the peer's interpreter has it.
        from tornado.httpclient import AsyncHTTPClient  # type: ignore[import-not-found]
        from tornado.ioloop import IOLoop  # type: ignore[import-not-found]
    else:
        from fujita.httpclient import AsyncHTTPClient
        from fujita.ioloop import IOLoop

    async def main() -> float:
        client = AsyncHTTPClient(force_instance=True, max_clients=CONCURRENT)

        async def fetch_until(end: float) -> int:
            done = 0
            while time.perf_counter() < end:
                response = await client.fetch(url)
                assert response.body
                done += 1
            return done

        async def fetch_for(seconds: float) -> float:
            start = time.perf_counter()
            counts = [fetch_until(start + seconds) for _ in range(CONCURRENT)]
            return sum(await asyncio.gather(*counts)) / (time.perf_counter() - start)

        await fetch_for(0.3)
        rate = await fetch_for(seconds)
        client.close()
        await asyncio.sleep(0)
        return rate

    rate: float = IOLoop().run_sync(main)
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="interpreter with Tornado")
    parser.add_argument("--url")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=18765)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        pin(0, 1)
        print(measure(options.measure, options.url, options.seconds))
        return
    interpreters = {"fujita": sys.executable}
    if options.peer:
        interpreters["tornado"] = options.peer
    best = dict.fromkeys(interpreters, 0.0)
    with nginx(options.port) as url:
        for _ in range(options.rounds):
            for library, interpreter in interpreters.items():
                command = [interpreter, __file__, "--measure", library]
                command += ["--url", options.url or url, "--seconds", str(options.seconds)]
                output = subprocess.run(command, check=True, capture_output=True, text=True)
                best[library] = max(best[library], float(output.stdout))
    for library, rate in best.items():
        print(f"{library:8} {rate:8,.0f} fetches/s")
    if "tornado" in best:
        print(f"ratio    {best['fujita'] / best['tornado']:8.1f}")


if __name__ == "__main__":
    main()

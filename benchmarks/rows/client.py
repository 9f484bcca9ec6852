"""The client: 64 fetches at a time, from nginx."""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import peers
from benchmarks.contenders import PROGRAMS
from benchmarks.figures import FUJITA, TORNADO, AtLeast, Sample
from benchmarks.machine import LOAD_CORE, SERVER_CORE
from benchmarks.processes import Server, free_port, on_cores, output_of
from benchmarks.row import Measure, Row

CURL = "Tornado with curl"
RNET = "rnet"
AIOHTTP = "aiohttp"

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


def program(name: str, package: str, *arguments: str) -> Callable[[str, float], list[str]]:
    def command(url: str, seconds: float) -> list[str]:
        peers.need_package(package)
        return [str(peers.PEER_PYTHON), str(PROGRAMS / name), url, str(seconds), *arguments]

    return command


def by_fujita(url: str, seconds: float) -> list[str]:
    return [
        *(str(peers.FUJITA_COMMAND), "run"),
        *(str(PROGRAMS / "client_tornado.py"), url, str(seconds)),
    ]


COMMANDS = {
    FUJITA: by_fujita,
    TORNADO: program("client_tornado.py", "tornado"),
    CURL: program("client_tornado.py", "pycurl", "curl"),
    AIOHTTP: program("client_aiohttp.py", "aiohttp"),
    RNET: program("client_rnet.py", "rnet"),
}


class ClientRow(Row):
    """A client on its core, nginx on the other."""

    def __init__(self) -> None:
        super().__init__(
            "client",
            "fetches of a client, 64 at a time",
            "fetches/s",
            (TORNADO, CURL, AIOHTTP, RNET),
            (AtLeast(TORNADO, 16), AtLeast(RNET)),
        )
        self._url = ""

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        if not self._url:
            self._url = start_nginx(stack)
        COMMANDS[contender](self._url, 1)

        def measure(seconds: float) -> Sample:
            command = [*on_cores(LOAD_CORE), *COMMANDS[contender](self._url, seconds)]
            figures = json.loads(output_of(command, seconds + 30))
            return Sample(figures["rate"], figures["processor"], figures["busy"])

        return measure


def start_nginx(stack: ExitStack) -> str:
    """Gives the address of an nginx that ``stack`` ends."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    port = free_port()
    file = Path(folder, "nginx.conf")
    file.write_text(NGINX.format(folder=folder, port=port))
    command = [peers.need_command("nginx"), "-p", folder, "-c", str(file)]
    server = Server(command, port, folder=Path(folder), environment={}, cores=(SERVER_CORE,))
    stack.callback(server.close)
    return f"http://127.0.0.1:{port}/"


def rows() -> list[Row]:
    return [ClientRow()]

"""Which command serves with which contender."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import peers
from benchmarks.figures import FUJITA, TORNADO
from benchmarks.machine import ENVIRONMENT, SERVER_CORE
from benchmarks.processes import Server, free_port

PROGRAMS = Path(__file__).parent / "programs"
FILES = ENVIRONMENT / "files"

AIOHTTP = "aiohttp"
BLACKSHEEP = "BlackSheep"
GRANIAN_ASGI = "granian ASGI"
GRANIAN_RSGI = "granian RSGI"
PICOWS = "picows"
SANIC = "sanic"
SOCKETIFY = "socketify"
STARLETTE = "uvicorn+Starlette"
WEBSOCKETS = "websockets"

Command = Callable[[int, Sequence[str]], list[str]]


def by_fujita(program: str) -> Command:
    return lambda port, more: [
        *(str(peers.FUJITA_COMMAND), "run", str(PROGRAMS / program), str(port), *more)
    ]


def by_python(package: str, program: str) -> Command:
    def command(port: int, more: Sequence[str]) -> list[str]:
        peers.need_package(package)
        return [str(peers.PEER_PYTHON), str(PROGRAMS / program), str(port), *more]

    return command


def by_uvicorn(package: str, application: str) -> Command:
    def command(port: int, more: Sequence[str]) -> list[str]:
        peers.need_package("uvicorn")
        peers.need_package(package)
        options = ["--no-access-log", "--log-level", "error", "--app-dir", str(PROGRAMS)]
        options += ["--host", "127.0.0.1", "--port", str(port)]
        return [str(peers.PEER_PYTHON), "-m", "uvicorn", f"{application}:application", *options]

    return command


def by_granian(interface: str) -> Command:
    def command(port: int, more: Sequence[str]) -> list[str]:
        peers.need_package("granian")
        options = ["--interface", interface, "--host", "127.0.0.1", "--port", str(port)]
        options += ["--workers", "1", "--loop", "uvloop", "--no-ws", "--working-dir", str(PROGRAMS)]
        return [str(peers.PEERS / "bin" / "granian"), *options, f"{interface}_app:application"]

    return command


HTTP: dict[str, Command] = {
    FUJITA: by_fujita("tornado_http.py"),
    TORNADO: by_python("tornado", "tornado_http.py"),
    AIOHTTP: by_python("aiohttp", "aiohttp_http.py"),
    STARLETTE: by_uvicorn("starlette", "starlette_app"),
    GRANIAN_ASGI: by_granian("asgi"),
    GRANIAN_RSGI: by_granian("rsgi"),
    SANIC: by_python("sanic", "sanic_http.py"),
    BLACKSHEEP: by_uvicorn("blacksheep", "blacksheep_app"),
    SOCKETIFY: by_python("socketify", "socketify_http.py"),
}
WEBSOCKET: dict[str, Command] = {
    FUJITA: by_fujita("tornado_websocket.py"),
    TORNADO: by_python("tornado", "tornado_websocket.py"),
    AIOHTTP: by_python("aiohttp", "aiohttp_websocket.py"),
    STARLETTE: by_uvicorn("starlette", "starlette_app"),
    PICOWS: by_python("picows", "picows_websocket.py"),
    SOCKETIFY: by_python("socketify", "socketify_websocket.py"),
    WEBSOCKETS: by_python("websockets", "websockets_websocket.py"),
}
ROOMS = by_fujita("rooms_node.py")
ROUTES: dict[str, Command] = {
    FUJITA: by_fujita("tornado_routes.py"),
    TORNADO: by_python("tornado", "tornado_routes.py"),
}
WORKERS: dict[str, Command] = {
    FUJITA: by_fujita("tornado_workers.py"),
    TORNADO: by_python("tornado", "tornado_workers.py"),
}


def serve(
    command: Command,
    stack: ExitStack,
    *arguments: str,
    cores: Sequence[int] = (SERVER_CORE,),
) -> Server:
    """Starts a server, which ``stack`` ends.

    Raises:
        Unavailable: If its package is not there, or it does not start.
    """
    FILES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = Server(
        command(port, arguments),
        port,
        folder=PROGRAMS,
        environment={"BENCHMARK_FILES": str(FILES), "PYTHONDONTWRITEBYTECODE": "1"},
        cores=cores,
    )
    stack.callback(server.close)
    return server


def file_of(size: int) -> str:
    """Makes a file to be served; gives its name."""
    FILES.mkdir(parents=True, exist_ok=True)
    path = FILES / f"{size}.bin"
    if not path.exists() or path.stat().st_size != size:
        with path.open("wb") as file:
            for _ in range(size // 1000):
                file.write(b"x" * 1000)
    return path.name

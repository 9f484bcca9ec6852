"""The command line of the client."""

import asyncio
import subprocess
import sys

import pytest

from tests.simple_httpclient.servers import serve

COMMAND = [sys.executable, "-m", "fujita.httpclient"]


async def run(*arguments: str) -> tuple[int | None, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, errors = await process.communicate()
    return process.returncode, output, errors


def test_it_prints_what_comes() -> None:
    async def main() -> None:
        response = b"HTTP/1.1 404 Not Found\r\nX-Peak: 3776\r\nContent-Length: 5\r\n\r\nlost\xff"
        async with serve(response) as server:
            code, output, errors = await run("--print-headers", server.url())
        assert (code, errors) == (0, b"")
        assert b"X-Peak: 3776\n" in output
        assert output.endswith(b"lost\xff\n")

    asyncio.run(main())


def test_an_error_is_one_line(unused_tcp_port: int) -> None:
    async def main() -> None:
        code, output, errors = await run(f"http://127.0.0.1:{unused_tcp_port}/")
        assert code == 1
        assert output == b""
        assert errors.count(b"\n") == 1
        assert b"Connection refused" in errors

    asyncio.run(main())


@pytest.fixture
def unused_tcp_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port

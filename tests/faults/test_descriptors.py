"""A process that has used up its file descriptors."""

import socket
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests import loop_kinds
from tests.programs import PATIENCE, running_fujita

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")

LIMIT = 64

SERVER = """
import asyncio, resource, time
from fujita import httpserver, netutil, web

class Used(web.RequestHandler):
    async def get(self):
        before = time.process_time()
        await asyncio.sleep(0.5)
        self.write(str(time.process_time() - before))

async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST, MOST))
    sockets = netutil.bind_sockets(0, "127.0.0.1", backlog=1000)
    server = httpserver.HTTPServer(web.Application([("/", Used)]), max_connections=10_000)
    server.add_sockets(sockets)
    print(sockets[0].getsockname()[1])
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("loop", loop_kinds.KINDS)
def test_a_server_out_of_descriptors_lives_and_does_not_spin(tmp_path: Path, loop: str) -> None:
    (tmp_path / "server.py").write_text(SERVER.replace("MOST", str(LIMIT)))
    with running_fujita("run", "--loop", loop, "server.py", cwd=tmp_path) as program:
        address = ("127.0.0.1", int(program.line()))
        first = HTTPConnection(*address, timeout=PATIENCE)
        first.connect()
        crowd = [socket.create_connection(address, PATIENCE) for _ in range(2 * LIMIT)]
        # Who is in is served; meanwhile the crowd at the door costs next to nothing.
        first.request("GET", "/")
        assert float(first.getresponse().read()) < 0.25
        for each in crowd:
            each.close()
        # And later there is room again.
        last = HTTPConnection(*address, timeout=PATIENCE)
        last.request("GET", "/")
        assert last.getresponse().status == 200
        first.close()
        last.close()
        status, _, errors = program.end()
    assert status == 0
    # It may have said that descriptors ran out, but not over and over.
    assert errors.count("Too many open files") <= 5

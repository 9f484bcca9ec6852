"""Names that are not found, or about which nobody answers."""

import asyncio
import socket
import threading
import time
from typing import Any
from unittest import mock

import pytest

from fujita.httpclient import AsyncHTTPClient
from fujita.simple_httpclient import HTTPTimeoutError
from tests import loop_kinds


@pytest.mark.parametrize("kind", loop_kinds.KINDS)
def test_a_name_that_is_not_found(kind: str) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def main() -> None:
        client = AsyncHTTPClient(force_instance=True)
        with pytest.raises(socket.gaierror, match=r"fuji\.example"):
            await client.fetch("http://fuji.example/")
        client.close()

    with mock.patch("socket.getaddrinfo", fail):
        loop_kinds.run(kind, main)


def test_a_name_server_that_does_not_answer() -> None:
    """The system's resolver blocks its thread; neither the loop nor the timeout waits for it.

    On asyncio only: uvloop's resolver, which has threads of its own, cannot be made to hang here.
    """
    released = threading.Event()

    def hang(*arguments: Any, **options: Any) -> Any:
        released.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def main() -> None:
        client = AsyncHTTPClient(force_instance=True)
        turns = 0
        start = time.monotonic()
        fetch = asyncio.ensure_future(client.fetch("http://fuji.example/", request_timeout=0.1))
        while not fetch.done():
            await asyncio.sleep(0.01)
            turns += 1
        with pytest.raises(HTTPTimeoutError, match=r"fuji\.example"):
            fetch.result()
        assert turns > 1
        assert time.monotonic() - start < 10
        released.set()
        client.close()

    with mock.patch("socket.getaddrinfo", hang):
        loop_kinds.run("asyncio", main)

"""Clients that a test closes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fujita.curl_httpclient import CurlAsyncHTTPClient


@contextmanager
def curl_client(**arguments: Any) -> Iterator[CurlAsyncHTTPClient]:
    client = CurlAsyncHTTPClient(force_instance=True, **arguments)
    try:
        yield client
    finally:
        client.close()

"""The HTTP client that needs no other library, and is the default one."""

from fujita.simple_httpclient.client import SimpleAsyncHTTPClient
from fujita.simple_httpclient.errors import HTTPStreamClosedError, HTTPTimeoutError

__all__ = ["HTTPStreamClosedError", "HTTPTimeoutError", "SimpleAsyncHTTPClient"]

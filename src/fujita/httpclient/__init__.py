"""HTTP clients, blocking and not.

``AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")`` chooses the client that
stands on libcurl in place of `fujita.simple_httpclient`, which needs nothing.
"""

from fujita.httpclient.blocking import HTTPClient
from fujita.httpclient.client import AsyncHTTPClient
from fujita.httpclient.command import main
from fujita.httpclient.errors import HTTPClientError, HTTPError
from fujita.httpclient.request import HTTPRequest, _RequestProxy
from fujita.httpclient.response import HTTPResponse

__all__ = [
    "AsyncHTTPClient",
    "HTTPClient",
    "HTTPClientError",
    "HTTPError",
    "HTTPRequest",
    "HTTPResponse",
    "_RequestProxy",
    "main",
]

"""The HTTP client that stands on libcurl. Needs the package ``pycurl`` (the extra ``curl``).

It can what `fujita.simple_httpclient` cannot: proxies, digest authentication, connecting from a
named network interface, HTTP/2. A program chooses it with

    AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")

Source: Tornado ``curl_httpclient``.
"""

from fujita.curl_httpclient.client import CurlAsyncHTTPClient
from fujita.curl_httpclient.errors import CurlError
from fujita.curl_httpclient.setup import CR_OR_LF_RE, curl_log
from fujita.curl_httpclient.streaming import StreamingBuffer as _CurlStreamingBuffer
from fujita.httpclient import main

__all__ = [
    "CR_OR_LF_RE",
    "CurlAsyncHTTPClient",
    "CurlError",
    "_CurlStreamingBuffer",
    "curl_log",
    "main",
]

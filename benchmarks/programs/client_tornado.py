"""Fetches for Tornado's client, and for Fujita's. usage: client_tornado.py URL SECONDS [curl]"""

import sys

from fetching import measure
from tornado import httpclient, ioloop


async def main() -> None:
    if "curl" in sys.argv:
        httpclient.AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")
    client = httpclient.AsyncHTTPClient(force_instance=True, max_clients=64)

    async def fetch(url):
        return (await client.fetch(url)).body

    await measure(fetch)


ioloop.IOLoop.current().run_sync(main)

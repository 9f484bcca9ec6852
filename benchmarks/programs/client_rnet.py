"""Fetches for rnet on uvloop. usage: client_rnet.py URL SECONDS"""

import rnet
import uvloop
from fetching import measure


async def main() -> None:
    client = rnet.Client()

    async def fetch(url):
        response = await client.get(url)
        return await response.bytes()

    await measure(fetch)


uvloop.run(main())

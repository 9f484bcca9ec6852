"""Fetches for aiohttp's client on uvloop. usage: client_aiohttp.py URL SECONDS"""

import aiohttp
import uvloop
from fetching import measure


async def main() -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:

        async def fetch(url):
            async with session.get(url) as response:
                return await response.read()

        await measure(fetch)


uvloop.run(main())

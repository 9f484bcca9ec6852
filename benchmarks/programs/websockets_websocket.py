"""WebSockets for the websockets library on uvloop. usage: websockets_websocket.py PORT"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import broadcast, serve

rooms = {"/room": set(), "/deflate-room": set()}


async def handle(socket):
    users = rooms.get(socket.request.path)
    if users is None:
        async for message in socket:
            await socket.send(message)
        return
    users.add(socket)
    try:
        async for message in socket:
            broadcast(users, message)
    finally:
        users.discard(socket)


async def main():
    # A client that does not offer permessage-deflate gets none.
    async with serve(handle, "127.0.0.1", int(sys.argv[1]), ping_interval=None):
        await asyncio.Event().wait()


uvloop.run(main())

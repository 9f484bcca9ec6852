"""WebSockets for aiohttp on uvloop. usage: aiohttp_websocket.py PORT"""

import sys

import uvloop
from aiohttp import WSMsgType, web


def echo(compress):
    async def handle(request):
        socket = web.WebSocketResponse(compress=compress)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    return handle


def room(compress):
    users = set()

    async def handle(request):
        socket = web.WebSocketResponse(compress=compress)
        await socket.prepare(request)
        users.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    for user in users:
                        await user.send_str(message.data)
        finally:
            users.discard(socket)
        return socket

    return handle


application = web.Application()
application.router.add_get("/echo", echo(False))
application.router.add_get("/room", room(False))
application.router.add_get("/deflate-echo", echo(True))
application.router.add_get("/deflate-room", room(True))
web.run_app(
    application,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    access_log=None,
    loop=uvloop.new_event_loop(),
    print=None,
)

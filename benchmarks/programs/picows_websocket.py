"""WebSockets for picows on uvloop. usage: picows_websocket.py PORT"""

import asyncio
import sys

import uvloop
from picows import WSListener, WSMsgType, ws_create_server

users = set()


class Echo(WSListener):
    def on_ws_frame(self, transport, frame):
        if frame.msg_type is WSMsgType.TEXT or frame.msg_type == WSMsgType.TEXT:
            transport.send(WSMsgType.TEXT, frame.get_payload_as_utf8_text().encode())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()


class Room(WSListener):
    def on_ws_connected(self, transport):
        users.add(transport)

    def on_ws_disconnected(self, transport):
        users.discard(transport)

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.TEXT:
            payload = frame.get_payload_as_utf8_text().encode()
            for user in users:
                user.send(WSMsgType.TEXT, payload)


def listener(request):
    return Room() if request.path == b"/room" else Echo()


async def main():
    server = await ws_create_server(listener, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await asyncio.Event().wait()


uvloop.run(main())

"""WebSockets for socketify. usage: socketify_websocket.py PORT"""

import sys

from socketify import App, AppListenOptions, CompressOptions, OpCode

application = App()


def echo(socket, message, opcode):
    socket.send(message, opcode)


def join(socket):
    socket.subscribe("room")


def publish(socket, message, opcode):
    application.publish("room", message, OpCode.TEXT)


def join_deflate(socket):
    socket.subscribe("deflate")


def publish_deflate(socket, message, opcode):
    application.publish("deflate", message, OpCode.TEXT, True)


SHARED = CompressOptions.SHARED_COMPRESSOR
# What limits a slow receiver is set wide: nothing of a broadcast may be left out.
WIDE = {"max_backpressure": 64 << 20, "idle_timeout": 0}
application.ws("/echo", {"message": echo, **WIDE})
application.ws("/room", {"open": join, "message": publish, **WIDE})
application.ws("/deflate-echo", {"message": echo, "compression": SHARED, **WIDE})
application.ws(
    "/deflate-room",
    {"open": join_deflate, "message": publish_deflate, "compression": SHARED, **WIDE},
)
application.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), lambda config: None)
application.run()

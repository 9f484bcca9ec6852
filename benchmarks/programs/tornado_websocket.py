"""WebSockets for Tornado; ``fujita run`` serves this very file.

usage: tornado_websocket.py PORT
"""

import sys

from tornado import ioloop, web, websocket


class Echo(websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


class Room(websocket.WebSocketHandler):
    def initialize(self, users):
        self.users = users

    def open(self):
        self.users.add(self)

    def on_message(self, message):
        for user in self.users:
            user.write_message(message)

    def on_close(self):
        self.users.discard(self)


class Compressed:
    def get_compression_options(self):
        return {}


class CompressedEcho(Compressed, Echo):
    pass


class CompressedRoom(Compressed, Room):
    pass


if __name__ == "__main__":
    routes = [
        ("/echo", Echo),
        ("/room", Room, {"users": set()}),
        ("/deflate-echo", CompressedEcho),
        ("/deflate-room", CompressedRoom, {"users": set()}),
    ]
    web.Application(routes).listen(int(sys.argv[1]), "127.0.0.1")
    ioloop.IOLoop.current().start()

"""A node with rooms: python rooms_node.py PORT URL

``/?room=3`` is a WebSocket in a room, ``/realtime`` speaks the protocol of rooms. A request for
``/publish?at-once=16&pause=0&rooms=1`` has the node publish in so many rooms in turn, so many
publications at once, each next one when the last is acknowledged and the pause, in seconds, is
over; ``at-once=0`` ends that.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from typing import ClassVar

from fujita import httpserver, netutil, web, websocket
from fujita.realtime import ClientLimits, Hub, RoomsHandler, WebSocketConsumer

DATA = "x" * 32


class Member(websocket.WebSocketHandler):
    def initialize(self, hub: Hub) -> None:
        self.hub = hub

    async def open(self) -> None:
        self.consumer = WebSocketConsumer(self)
        await self.hub.subscribe(self.get_argument("room", "0"), self.consumer)

    async def on_close(self) -> None:
        await self.consumer.close()


class Rooms(RoomsHandler):
    limits = ClientLimits(rate=1e9, burst=1 << 30)


class Publish(web.RequestHandler):
    tasks: ClassVar[set[asyncio.Task[None]]] = set()

    def initialize(self, hub: Hub) -> None:
        self.hub = hub

    async def get(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.tasks.clear()
        pause = float(self.get_argument("pause", "0"))
        rooms = map(str, itertools.cycle(range(int(self.get_argument("rooms", "1")))))
        for _ in range(int(self.get_argument("at-once"))):
            self.tasks.add(asyncio.create_task(self.publish(rooms, pause)))
        self.write("ok\n")

    async def publish(self, rooms: Iterator[str], pause: float) -> None:
        for room in rooms:
            await self.hub.publish(room, DATA)
            await asyncio.sleep(pause)


async def main() -> None:
    port, url = int(sys.argv[1]), sys.argv[2]
    async with Hub.from_url(url) as hub:
        arguments = {"hub": hub}
        application = web.Application(
            [
                ("/", Member, arguments),
                ("/realtime", Rooms, arguments),
                ("/publish", Publish, arguments),
            ],
            log_function=lambda handler: None,
        )
        server = httpserver.HTTPServer(application)
        server.add_sockets(netutil.bind_sockets(port, "127.0.0.1", backlog=4096))
        await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())

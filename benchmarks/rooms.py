"""Deliveries a second of `fujita.realtime` to the members of one room, in one process.

usage: python -m benchmarks.rooms [--receivers 500] [--publishers 8] [--size 32] [--seconds 3]
                                  [--url memory://]

Publishers within the server publish one message after another, each as soon as the last one is
acknowledged and the loop has come round; all members get every one, over WebSockets. The load
client only counts bytes. On Linux, server and client get a core each.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys

import uvloop

from benchmarks.load.idle import open_websocket
from benchmarks.load.websockets import Counter, Frames
from fujita import httpserver, netutil, web, websocket
from fujita.realtime import Hub, WebSocketConsumer

ROOM = "lobby"


class Member(websocket.WebSocketHandler):
    def initialize(self, hub: Hub) -> None:
        self.hub = hub

    async def open(self) -> None:
        self.consumer = WebSocketConsumer(self)
        await self.hub.subscribe(ROOM, self.consumer)

    async def on_close(self) -> None:
        await self.consumer.close()


async def serve(options: argparse.Namespace) -> None:
    hub = Hub.from_url(options.url)
    application = web.Application([("/", Member, {"hub": hub})], log_function=lambda handler: None)
    server = httpserver.HTTPServer(application)
    (sock,) = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets([sock])
    print(sock.getsockname()[1], flush=True)
    while ROOM not in hub.rooms or len(hub.rooms[ROOM].subscriptions) < options.receivers:
        await asyncio.sleep(0.05)
    data = "x" * options.size

    async def publish() -> None:
        while True:
            await hub.publish(ROOM, data)
            await asyncio.sleep(0)

    await asyncio.gather(*(publish() for _ in range(options.publishers)))


def pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--receivers", type=int, default=500)
    parser.add_argument("--publishers", type=int, default=8)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--url", default="memory://")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        pin(0)
        uvloop.run(serve(options))
        return
    command = [sys.executable, "-m", "benchmarks.rooms", "--serve", *sys.argv[1:]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        pin(1)
        assert process.stdout is not None
        port = int(process.stdout.readline())
        sockets = [open_websocket(port, "/") for _ in range(options.receivers)]
        counter = Counter(sockets)
        frames = Frames()
        first = sockets[0].fileno()
        reactions = {first: lambda data: frames.feed(data)}
        counter.run(0.3, reactions)
        before, own, count = counter.total, counter.totals[first], frames.count
        elapsed = counter.run(options.seconds, reactions)
        # All get the same: bytes tell how many there were, once one stream is counted.
        size = (counter.totals[first] - own) / max(frames.count - count, 1)
        rate = (counter.total - before) / elapsed / size
        print(json.dumps({"deliveries/s": round(rate), "bytes/delivery": round(size)}))
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

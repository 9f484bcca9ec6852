"""The program that the probe talks to; written for Tornado, run by ``fujita run``."""

# There is no package "tornado" whose types could be read.
# mypy: ignore-errors

import asyncio
import json

import tornado.httpserver
import tornado.netutil
import tornado.web


class Hello(tornado.web.RequestHandler):
    def get(self) -> None:
        self.write("hello")

    def post(self) -> None:
        self.write(self.request.body)

    put = post
    patch = post
    delete = get
    head = get

    def options(self) -> None:
        self.set_header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        self.set_status(204)


class Seen(tornado.web.RequestHandler):
    """Answers with what it has been given of the request."""

    def get(self) -> None:
        request = self.request
        self.write(
            json.dumps(
                {
                    "host": request.host,
                    "path": request.path,
                    "query": request.query,
                    "version": request.version,
                    "headers": list(request.headers.get_all()),
                    "url": request.full_url(),
                }
            )
        )

    post = get


class Status(tornado.web.RequestHandler):
    def get(self, status: str) -> None:
        self.set_status(int(status))

    head = get


class Pieces(tornado.web.RequestHandler):
    """Has a body whose length is not known when it begins."""

    async def get(self) -> None:
        for piece in ("one ", "two ", "three"):
            self.write(piece)
            await self.flush()

    head = get


class Late(tornado.web.RequestHandler):
    """Lets the loop come round before it answers."""

    async def get(self, number: str) -> None:
        await asyncio.sleep(0.02)
        self.write(number)

    post = get


class Fails(tornado.web.RequestHandler):
    def get(self) -> None:
        raise ValueError("as the probe wants it")


@tornado.web.stream_request_body
class Early(tornado.web.RequestHandler):
    """Answers before it has seen the body."""

    def prepare(self) -> None:
        self.set_status(403)
        self.finish("no")

    def data_received(self, chunk: bytes) -> None:
        pass


async def main() -> None:
    application = tornado.web.Application(
        [
            ("/", Hello),
            ("/seen", Seen),
            ("/status/([0-9]+)", Status),
            ("/pieces", Pieces),
            ("/late/([0-9]+)", Late),
            ("/fails", Fails),
            ("/early", Early),
        ]
    )
    (sock,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server = tornado.httpserver.HTTPServer(application, max_body_size=1_000_000)
    server.add_sockets([sock])
    print(sock.getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())

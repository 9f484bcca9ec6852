"""What the soak is served by: it also tells what it holds."""

import asyncio
import gc

from fujita import web, websocket
from tests.soak.holdings import holdings


class Hello(web.RequestHandler):
    def get(self) -> None:
        self.write("hello")


class Waiting(web.RequestHandler):
    async def get(self) -> None:
        await asyncio.sleep(0)
        self.write({"waited": True})


class Upload(web.RequestHandler):
    def post(self) -> None:
        self.write(str(len(self.request.files["file"][0].body)))


class Broken(web.RequestHandler):
    def get(self) -> None:
        raise web.HTTPError(418)


class Echo(websocket.WebSocketHandler):
    def get_compression_options(self) -> dict[str, object]:
        return {}

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, isinstance(message, bytes))


class State(web.RequestHandler):
    def get(self) -> None:
        if self.get_argument("collect", ""):
            gc.collect()
        self.write(holdings())


def make_app() -> web.Application:
    return web.Application(
        [
            ("/", Hello),
            ("/waiting", Waiting),
            ("/upload", Upload),
            ("/broken", Broken),
            ("/echo", Echo),
            ("/state", State),
        ],
        log_function=lambda handler: None,
    )

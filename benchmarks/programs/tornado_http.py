"""HTTP for Tornado; ``fujita run`` serves this very file.

usage: tornado_http.py PORT
"""

import sys

from content import CHUNK, CHUNKS, DOCUMENT, FILES, HELLO, ROWS, TEMPLATES
from tornado import ioloop, web


class Hello(web.RequestHandler):
    def get(self):
        self.write(HELLO)


class Json(web.RequestHandler):
    def get(self):
        self.write(DOCUMENT)


class Page(web.RequestHandler):
    def get(self):
        self.render("rows.html", rows=ROWS)


class Form(web.RequestHandler):
    def post(self):
        self.write(str(len(self.get_body_argument("field0"))))


class Upload(web.RequestHandler):
    def post(self):
        self.write(str(len(self.request.body)))


class Stream(web.RequestHandler):
    async def get(self):
        for _ in range(CHUNKS):
            self.write(CHUNK)
            await self.flush()


@web.stream_request_body
class LargeUpload(web.RequestHandler):
    def initialize(self):
        self.size = 0

    def data_received(self, chunk):
        self.size += len(chunk)

    def post(self):
        self.write(str(self.size))


if __name__ == "__main__":
    routes = [
        ("/hello", Hello),
        ("/json", Json),
        ("/page", Page),
        ("/form", Form),
        ("/upload", Upload),
        ("/stream", Stream),
        ("/large", LargeUpload),
        ("/static/(.*)", web.StaticFileHandler, {"path": str(FILES)}),
    ]
    application = web.Application(routes, template_path=str(TEMPLATES))
    application.listen(int(sys.argv[1]), "127.0.0.1", max_body_size=1 << 30)
    ioloop.IOLoop.current().start()

"""HTTP for Sanic on uvloop. usage: sanic_http.py PORT"""

import sys

from content import CHUNK, CHUNKS, DOCUMENT, FILES, HELLO
from pages import rows_page
from sanic import Sanic, response

application = Sanic("benchmark", configure_logging=False)
application.config.REQUEST_MAX_SIZE = 1 << 30
application.static("/static", FILES)


@application.get("/hello")
async def hello(request):
    return response.text(HELLO)


@application.get("/json")
async def json(request):
    return response.json(DOCUMENT)


@application.get("/page")
async def page(request):
    return response.html(rows_page())


@application.post("/form")
async def form(request):
    return response.text(str(len(request.form.get("field0"))))


@application.post("/upload")
async def upload(request):
    return response.text(str(len(request.body)))


@application.get("/stream")
async def stream(request):
    answer = await request.respond(content_type="application/octet-stream")
    for _ in range(CHUNKS):
        await answer.send(CHUNK)
    await answer.eof()


if __name__ == "__main__":
    application.run(
        "127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False
    )

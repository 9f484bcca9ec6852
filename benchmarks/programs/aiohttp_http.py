"""HTTP for aiohttp on uvloop. usage: aiohttp_http.py PORT"""

import sys

import uvloop
from aiohttp import web
from content import CHUNK, CHUNKS, DOCUMENT, FILES, HELLO
from pages import rows_page

routes = web.RouteTableDef()


@routes.get("/hello")
async def hello(request):
    return web.Response(text=HELLO)


@routes.get("/json")
async def json(request):
    return web.json_response(DOCUMENT)


@routes.get("/page")
async def page(request):
    return web.Response(text=rows_page(), content_type="text/html")


@routes.post("/form")
async def form(request):
    fields = await request.post()
    return web.Response(text=str(len(fields["field0"])))


@routes.post("/upload")
async def upload(request):
    return web.Response(text=str(len(await request.read())))


@routes.get("/stream")
async def stream(request):
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for _ in range(CHUNKS):
        await response.write(CHUNK)
    await response.write_eof()
    return response


application = web.Application(client_max_size=1 << 30)
application.add_routes(routes)
application.router.add_static("/static", FILES)
web.run_app(
    application,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    access_log=None,
    loop=uvloop.new_event_loop(),
    print=None,
)

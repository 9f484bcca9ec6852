"""HTTP and WebSockets for Starlette, served by uvicorn."""

from content import CHUNK, CHUNKS, DOCUMENT, FILES, HELLO
from pages import rows_page
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect


async def hello(request):
    return PlainTextResponse(HELLO)


async def json(request):
    return JSONResponse(DOCUMENT)


async def page(request):
    return HTMLResponse(rows_page())


async def form(request):
    fields = await request.form()
    return PlainTextResponse(str(len(fields["field0"])))


async def upload(request):
    return PlainTextResponse(str(len(await request.body())))


async def chunks():
    for _ in range(CHUNKS):
        yield CHUNK


async def stream(request):
    return StreamingResponse(chunks())


async def echo(socket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


users = set()


async def room(socket):
    await socket.accept()
    users.add(socket)
    try:
        while True:
            message = await socket.receive_text()
            for user in users:
                await user.send_text(message)
    except WebSocketDisconnect:
        pass
    finally:
        users.discard(socket)


application = Starlette(
    routes=[
        Route("/hello", hello),
        Route("/json", json),
        Route("/page", page),
        Route("/form", form, methods=["POST"]),
        Route("/upload", upload, methods=["POST"]),
        Route("/stream", stream),
        Mount("/static", StaticFiles(directory=FILES)),
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/room", room),
    ]
)

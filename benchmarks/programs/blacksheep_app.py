"""HTTP for BlackSheep, served by uvicorn."""

from blacksheep import Application, Content, Request, Response, html, json, text
from content import DOCUMENT, HELLO
from pages import rows_page

application = Application()


@application.router.get("/hello")
async def hello(request: Request) -> Response:
    return text(HELLO)


@application.router.get("/json")
async def json_document(request: Request) -> Response:
    return json(DOCUMENT)


@application.router.get("/page")
async def page(request: Request) -> Response:
    return html(rows_page())


@application.router.post("/form")
async def form(request: Request) -> Response:
    fields = await request.form()
    return text(str(len(fields["field0"])))


@application.router.post("/upload")
async def upload(request: Request) -> Response:
    body = await request.read()
    return Response(200, content=Content(b"text/plain", str(len(body)).encode()))

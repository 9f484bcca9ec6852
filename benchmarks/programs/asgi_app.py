"""HTTP for a bare ASGI server, without a framework."""

from content import CHUNK, CHUNKS
from plain import STATIC, answer, file_path


def head(kind: str, *more: tuple[bytes, bytes]):
    headers = [(b"content-type", kind.encode()), *more]
    return {"type": "http.response.start", "status": 200, "headers": headers}


async def whole_body(receive) -> bytes:
    parts = []
    while True:
        event = await receive()
        parts.append(event["body"])
        if not event["more_body"]:
            return b"".join(parts)


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/stream":
        await send(head("application/octet-stream"))
        for _ in range(CHUNKS):
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    elif path.startswith(STATIC):
        await send(head("application/octet-stream"))
        await send({"type": "http.response.pathsend", "path": file_path(path)})
    else:
        kind, body = answer(path, await whole_body(receive))
        await send(head(kind, (b"content-length", str(len(body)).encode())))
        await send({"type": "http.response.body", "body": body, "more_body": False})

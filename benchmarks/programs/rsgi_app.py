"""HTTP for granian's own interface, RSGI."""

from content import CHUNK, CHUNKS
from plain import STATIC, answer, file_path

STREAM_HEADERS = [("content-type", "application/octet-stream")]


async def application(scope, protocol):
    path = scope.path
    if path == "/stream":
        transport = protocol.response_stream(200, STREAM_HEADERS)
        for _ in range(CHUNKS):
            await transport.send_bytes(CHUNK)
    elif path.startswith(STATIC):
        protocol.response_file(200, STREAM_HEADERS, file_path(path))
    else:
        body = await protocol() if scope.method == "POST" else b""
        kind, content = answer(path, body)
        protocol.response_bytes(200, [("content-type", kind)], content)

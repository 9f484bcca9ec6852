"""The answers of the benchmarks without a framework, for servers that are measured bare."""

import json
from urllib.parse import parse_qs

from content import DOCUMENT, FILES, HELLO
from pages import rows_page

STATIC = "/static/"


def answer(path: str, body: bytes) -> tuple[str, bytes]:
    """Gives the type and the body of an answer that is made whole."""
    match path:
        case "/hello":
            return "text/plain", HELLO.encode()
        case "/json":
            return "application/json", json.dumps(DOCUMENT).encode()
        case "/page":
            return "text/html; charset=utf-8", rows_page().encode()
        case "/form":
            fields = parse_qs(body.decode())
            return "text/plain", str(len(fields["field0"][0])).encode()
        case "/upload":
            return "text/plain", str(len(body)).encode()
    raise LookupError(path)


def file_path(path: str) -> str:
    return str(FILES / path.removeprefix(STATIC))

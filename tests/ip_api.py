"""A stand-in for ip-api.com, whose answers a test decides."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20

PLACES = {
    "123.112.18.111": ("中国", "北京市", "北京"),
    "112.112.233.89": ("中国", "云南", "昆明"),
    "119.112.23.3": ("中国", "辽宁", "大连"),
    "120.223.70.76": ("中国", "山东", "青岛"),
}


class IpApi:
    """What it answers, and what it was asked.

    Attributes:
        status: The HTTP status of every answer.
        places: What is known of each address.
        asked: Host and target of each request.
        lonely: How many requests were not joined by as many as had to be under way at once.
    """

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        self.places = dict(PLACES)
        self.lonely = 0
        self.barrier: threading.Barrier | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def require_together(self, number: int) -> None:
        """Answers only when so many requests are under way at once."""
        self.barrier = threading.Barrier(number)

    def answer(self, host: str, target: str) -> dict[str, str]:
        self.asked.append((host, target))
        if self.barrier is not None:
            try:
                self.barrier.wait(PATIENCE)
            except threading.BrokenBarrierError:
                self.lonely += 1
        ip = target.removeprefix("/json/").removesuffix("?lang=zh-CN")
        if ip not in self.places:
            return {"status": "fail", "query": ip}
        country, region, city = self.places[ip]
        return {"status": "success", "country": country, "regionName": region, "city": city}


def text_of(ip: str) -> str:
    """What the programs make of an answer."""
    country, region, city = PLACES[ip]
    return f"国家：{country} 省份: {region} 城市: {city}"


@contextmanager
def serving() -> Iterator[IpApi]:
    """Serves while the context lasts."""
    api = IpApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = json.dumps(api.answer(self.headers["Host"], self.path)).encode()
            self.send_response(api.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()

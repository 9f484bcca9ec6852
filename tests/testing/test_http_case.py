import asyncio
import ssl
import unittest
import urllib.request
from typing import Any

import pytest

from fujita.testing import AsyncHTTPSTestCase, AsyncHTTPTestCase, gen_test
from fujita.web import Application, RequestHandler


class Hello(RequestHandler):
    def get(self, *args: str, **kwargs: str) -> None:
        self.write(f"hello {self.request.protocol} {self.get_argument('name', '')}")


class ThreadClient:
    """As much of a client as the test cases need: urllib, in a thread."""

    def __init__(self) -> None:
        self.fetched: list[tuple[str, dict[str, Any]]] = []
        self.closed = False

    async def fetch(self, url: str, **kwargs: Any) -> bytes:
        self.fetched.append((url, kwargs))
        return await asyncio.to_thread(self._get, url)

    def _get(self, url: str) -> bytes:
        options = AsyncHTTPSTestCase.default_ssl_options()
        trusting = ssl.create_default_context(cafile=options["certfile"])
        with urllib.request.urlopen(url, context=trusting, timeout=10) as response:
            body: bytes = response.read()
            return body

    def close(self) -> None:
        self.closed = True


class HelloCase(AsyncHTTPTestCase):
    client = ThreadClient()

    def get_app(self) -> Application:
        return Application([("/", Hello)])

    def get_http_client(self) -> Any:
        type(self).client = ThreadClient()
        return self.client


def run(case: unittest.TestCase) -> list[str]:
    result = unittest.TestResult()
    case.run(result)
    assert result.testsRun == 1
    return [text for _, text in result.failures + result.errors]


def test_fetch_waits_for_the_server_s_answer() -> None:
    class Case(HelloCase):
        def test(self) -> None:
            body: Any = self.fetch("/?name=you", method="GET")
            assert body == b"hello http you"

    case = Case("test")
    assert run(case) == []
    url = f"http://127.0.0.1:{case.get_http_port()}/?name=you"
    assert case.client.fetched == [(url, {"raise_error": False, "method": "GET"})]
    assert case.client.closed


def test_fetch_takes_whole_urls() -> None:
    class Case(HelloCase):
        def test(self) -> None:
            self.fetch(self.get_url("/").replace("http:", "HTTP:"), raise_error=True)

    case = Case("test")
    assert run(case) == []
    url = f"HTTP://127.0.0.1:{case.get_http_port()}/"
    assert case.client.fetched == [(url, {"raise_error": True})]


def test_a_coroutine_fetches_with_the_client() -> None:
    class Case(HelloCase):
        @gen_test
        async def test(self) -> None:
            body: Any = await self.http_client.fetch(self.get_url("/"))
            assert body == b"hello http "

    assert run(Case("test")) == []


def test_the_server_gets_the_options_and_is_gone_afterwards() -> None:
    class Case(HelloCase):
        def get_httpserver_options(self) -> dict[str, Any]:
            return {"protocol": "gopher"}

        def test(self) -> None:
            body: Any = self.fetch("/")
            assert body == b"hello gopher "

    case = Case("test")
    assert run(case) == []
    assert not hasattr(case, "http_server")
    assert not hasattr(case, "_app")
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(asyncio.open_connection("127.0.0.1", case.get_http_port()))


def test_the_other_case_speaks_tls() -> None:
    class Case(AsyncHTTPSTestCase, HelloCase):
        def get_http_client(self) -> Any:
            return HelloCase.get_http_client(self)

        def test(self) -> None:
            body: Any = self.fetch("/")
            assert body == b"hello https "

    case = Case("test")
    assert run(case) == []
    assert case.client.fetched[0][0].startswith("https://127.0.0.1:")


def test_there_must_be_an_application() -> None:
    class Case(AsyncHTTPTestCase):
        def test(self) -> None:
            pass

    with pytest.raises(NotImplementedError, match=r"Case must override get_app\(\)"):
        Case("test").get_app()


def test_the_server_refuses_in_tornados_bytes() -> None:
    class Refusing(AsyncHTTPTestCase):
        def get_app(self) -> Application:
            return Application()

        def get_httpserver_options(self) -> dict[str, Any]:
            return {"max_body_size": 1}

        def test_it(self) -> None:
            response = self.fetch("/", method="POST", body="ab")
            assert response.code == 400
            assert dict(response.headers) == {}

    assert run(Refusing("test_it")) == []

from typing import Any

import pytest

from fujita.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from fujita.web import (
    Application,
    ErrorHandler,
    FallbackHandler,
    RedirectHandler,
    RequestHandler,
)
from tests.sites import Serve


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_error_handler(serve: Serve, method: str) -> None:
    settings: dict[str, Any] = {"xsrf_cookies": True, "cross_origin_protection": True}
    site = serve(Application([("/", ErrorHandler, {"status_code": 410})], **settings))
    response = site.request(method, "/", {"Origin": "http://other.example"})
    assert response.status == 410
    assert "410: Gone" in response.text


def redirecting(pattern: str, url: str, **arguments: Any) -> Application:
    return Application([(pattern, RedirectHandler, {"url": url, **arguments})])


@pytest.mark.parametrize(
    ("pattern", "url", "target", "location"),
    [
        ("/old", "/new", "/old", "/new"),
        ("/old", "http://other.example/new", "/old", "http://other.example/new"),
        ("/old", "/new", "/old?a=1&b=2&a=3", "/new?a=1&a=3&b=2"),
        ("/old", "/new?a=1", "/old?b=%20%26", "/new?a=1&b=+%26"),
        ("/(.*)/(.*)", "/{1}/{0}", "/a/b", "/b/a"),
        ("/(?P<year>[0-9]+)", "/archive?year={year}", "/2020", "/archive?year=2020"),
        ("/(.*)", "http://other.example/{0}", "/x", "http://other.example/x"),
        ("/moved(.*)", "http://other.example{0}", "/moved/x", "http://other.example/x"),
        ("/(.*)", "{0}", "/x", "x"),
        ("/(.*)", "/{{{0}}}", "/x", "/{x}"),
    ],
)
def test_redirect_handler(serve: Serve, pattern: str, url: str, target: str, location: str) -> None:
    response = serve(redirecting(pattern, url)).get(target)
    assert (response.status, response.headers["Location"]) == (301, location)


def test_a_redirect_for_now(serve: Serve) -> None:
    assert serve(redirecting("/", "/new", permanent=False)).get("/").status == 302


def test_only_get_is_redirected(serve: Serve) -> None:
    assert serve(redirecting("/", "/new")).post("/").status == 405


@pytest.mark.parametrize(
    ("pattern", "url", "target"),
    [
        ("/a/(.*)", "/{0}", "/a//evil.example"),
        ("/a/(.*)", "/{0}", "/a/%5Cevil.example"),
        ("/a/(.*)", "{0}", "/a/http://evil.example"),
        ("/a/(.*)", "{0}", "/a/javascript:alert(1)"),
        ("/a/(.*)", "https:{0}", "/a/evil.example"),
        ("/a/(.*)", "https://{0}", "/a/evil.example"),
        ("/a(.*)", "https://own.example{0}", "/a.evil.example/"),
        ("/a(.*)", "https://own.example{0}", "/a@evil.example/"),
    ],
)
def test_the_client_does_not_choose_the_host(
    serve: Serve, pattern: str, url: str, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(redirecting(pattern, url)).get(target)
    assert response.status == 400
    assert "Location" not in response.headers
    assert "Redirect URL cannot change the scheme or netloc" in caplog.text


@pytest.mark.parametrize("target", ["/%0Ax", "/a%00b", "/a%0D%0AX-Injected:b"])
def test_the_client_does_not_add_headers(
    serve: Serve, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(redirecting("/((?s:.*))", "/{0}")).get(target)
    assert response.status == 400
    assert "X-Injected" not in response.headers
    assert "Redirect URL contains invalid characters" in caplog.text


def test_fallback_handler(serve: Serve) -> None:
    finished = []

    def answer(request: HTTPServerRequest) -> None:
        body = f"{request.method} {request.path}".encode()
        headers = HTTPHeaders({"Content-Length": str(len(body))})
        request.connection.write_headers(ResponseStartLine("", 202, "Accepted"), headers, body)
        request.connection.finish()

    class Noting(FallbackHandler):
        def on_finish(self) -> None:
            finished.append(self.request.path)

    class Own(RequestHandler):
        def get(self) -> None:
            self.write("own")

    site = serve(Application([("/own", Own), ("/.*", Noting, {"fallback": answer})]))
    assert site.get("/own").text == "own"
    response = site.post("/other")
    assert (response.status, response.text) == (202, "POST /other")
    assert finished == ["/other"]

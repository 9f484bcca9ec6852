from typing import Any

import pytest

from fujita.web import Application, HTTPError, RequestHandler
from tests.sites import Serve


class Failing(RequestHandler):
    def get(self) -> None:
        code = int(self.get_argument("code", "0") or 0)
        if not code:
            raise ZeroDivisionError("<unexpected>")
        raise HTTPError(code, reason=self.get_argument("reason", None))

    head = get


def test_an_http_error_is_a_page(serve: Serve) -> None:
    response = serve(Application([("/", Failing)])).get("/?code=403")
    assert (response.status, response.reason) == (403, "Forbidden")
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert response.text == (
        "<html><title>403: Forbidden</title><body>403: Forbidden</body></html>"
    )


def test_an_exception_tells_the_client_nothing(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(Application([("/", Failing)])).get("/")
    assert response.status == 500
    assert "unexpected" not in response.text
    assert "ZeroDivisionError: <unexpected>" in caplog.text


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("Gone%20fishing", "Gone fishing"),
        ("a%20%22b%22%20%26%20c", 'a "b" & c'),
        ("%3Cscript%3E", "Unknown"),
        ("a%0Ab", "Unknown"),
    ],
)
def test_reasons(serve: Serve, reason: str, shown: str) -> None:
    response = serve(Application([("/", Failing)])).get(f"/?code=404&reason={reason}")
    assert (response.status, response.reason) == (404, shown)
    assert "<script>" not in response.text
    assert "&quot;b&quot; &amp; c" in response.text or '"' not in shown


@pytest.mark.parametrize("code", [204, 304])
def test_a_status_without_body_has_no_page(serve: Serve, code: int) -> None:
    response = serve(Application([("/", Failing)])).get(f"/?code={code}")
    assert (response.status, response.body) == (code, b"")
    assert "Content-Type" not in response.headers


def test_head_is_told_the_length_of_the_page(serve: Serve) -> None:
    site = serve(Application([("/", Failing)]))
    got, headed = site.get("/?code=404"), site.head("/?code=404")
    assert headed.body == b""
    assert headed.headers["Content-Length"] == str(len(got.body))


def test_the_traceback_may_be_served(serve: Serve) -> None:
    site = serve(Application([("/", Failing)], serve_traceback=True))
    response = site.get("/")
    assert response.status == 500
    assert response.headers["Content-Type"] == "text/plain"
    assert response.text.startswith("Traceback (most recent call last):\n")
    assert response.text.endswith("ZeroDivisionError: <unexpected>\n")


def test_pages_of_one_s_own(serve: Serve) -> None:
    class Own(Failing):
        def set_default_headers(self) -> None:
            self.set_header("X-Default", "kept")

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            error = kwargs["exc_info"][1]
            self.write({"status": status_code, "error": type(error).__name__})

        def prepare(self) -> None:
            self.set_header("X-Before", "forgotten")

    site = serve(Application([("/", Own)]))
    response = site.get("/")
    assert response.json == {"status": 500, "error": "ZeroDivisionError"}
    assert response.headers["X-Default"] == "kept"
    assert "X-Before" not in response.headers
    assert site.get("/?code=402").json == {"status": 402, "error": "HTTPError"}


def test_a_failing_page_is_an_empty_one(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Failing):
        def write_error(self, status_code: int, **kwargs: Any) -> None:
            raise RuntimeError("no page either")

    response = serve(Application([("/", Broken)])).get("/?code=404")
    assert (response.status, response.body) == (404, b"")
    assert "Uncaught exception in write_error" in caplog.text


def test_send_error_takes_a_reason(serve: Serve) -> None:
    class Sending(RequestHandler):
        def get(self) -> None:
            self.write("half of it")
            self.send_error(418, reason="Short and stout")

    response = serve(Application([("/", Sending)])).get("/")
    assert (response.status, response.reason) == (418, "Short and stout")
    assert "half" not in response.text

import binascii
import re
from typing import Any

import pytest

from fujita.web import Application, ErrorHandler, RequestHandler
from tests.sites import Response, Serve

TOKEN = "0123456789abcdef"


class Form(RequestHandler):
    def get(self) -> None:
        self.write(self.xsrf_token)

    def post(self) -> None:
        self.write("taken")

    put = delete = patch = options = post


class User(Form):
    def get_current_user(self) -> str:
        return "somebody"


def application(**settings: Any) -> Application:
    return Application([("/", Form), ("/user", User)], xsrf_cookies=True, **settings)


def cookie_of(response: Response) -> str:
    cookie: str = response.headers["Set-Cookie"]
    return cookie.partition(";")[0]


@pytest.mark.parametrize("where", ["argument", "X-Xsrftoken", "X-Csrftoken"])
def test_a_request_with_its_token_passes(serve: Serve, where: str) -> None:
    site = serve(application())
    page = site.get("/")
    if where == "argument":
        response = site.post("/", {"_xsrf": page.text}, Cookie=cookie_of(page))
    else:
        headers = {"Cookie": cookie_of(page), where: page.text}
        response = site.request("POST", "/", headers)
    assert (response.status, response.text) == (200, "taken")


def test_each_page_has_a_token_that_looks_different(serve: Serve) -> None:
    site = serve(application())
    first = site.get("/")
    second = site.get("/", Cookie=cookie_of(first))
    assert first.text != second.text
    assert second.all("Set-Cookie") == []
    for token in (first.text, second.text):
        assert site.post("/", {"_xsrf": token}, Cookie=cookie_of(first)).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_request_without_token_is_refused(
    serve: Serve, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(application()).request(method, "/")
    assert response.status == 403
    assert "'_xsrf' argument missing from POST" in caplog.text


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_what_changes_nothing_needs_no_token(serve: Serve, method: str) -> None:
    assert serve(application()).request(method, "/").status == 200


def test_another_token_is_refused(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(application())
    mine, other = site.get("/"), site.get("/")
    assert site.post("/", {"_xsrf": other.text}, Cookie=cookie_of(mine)).status == 403
    assert "XSRF cookie does not match POST argument" in caplog.text


def test_a_token_without_a_cookie_is_refused(serve: Serve) -> None:
    site = serve(application())
    assert site.post("/", {"_xsrf": site.get("/").text}).status == 403


@pytest.mark.parametrize("token", ["2|x", "2|0102|0304", "3|01020304|05|6", "2|||"])
def test_a_malformed_token_is_refused(
    serve: Serve, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert serve(application()).post("/", {"_xsrf": token}, Cookie=f"_xsrf={token}").status == 403
    assert "'_xsrf' argument has invalid format" in caplog.text


def test_tokens_of_version_1_pass(serve: Serve) -> None:
    site = serve(application())
    cookie = f"_xsrf={TOKEN}"
    assert site.post("/", {"_xsrf": TOKEN}, Cookie=cookie).status == 200
    masked = site.get("/", Cookie=cookie)
    assert masked.text.startswith("2|")
    assert site.post("/", {"_xsrf": masked.text}, Cookie=cookie).status == 200


def test_version_1_may_be_asked_for(serve: Serve) -> None:
    site = serve(application(xsrf_cookie_version=1))
    page = site.get("/")
    assert re.fullmatch("[0-9a-f]{32}", page.text)
    assert site.post("/", {"_xsrf": page.text}, Cookie=cookie_of(page)).status == 200


def test_an_unknown_version_is_named(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    assert serve(application(xsrf_cookie_version=3)).get("/").status == 500
    assert "unknown xsrf cookie version 3" in caplog.text


def test_the_cookie_ends_with_the_session_or_the_user_s_month(serve: Serve) -> None:
    site = serve(application())
    assert "expires" not in site.get("/").headers["Set-Cookie"]
    assert "expires" in site.get("/user").headers["Set-Cookie"]


def test_options_of_the_cookie(serve: Serve) -> None:
    site = serve(application(xsrf_cookie_kwargs={"httponly": True, "expires_days": None}))
    for path in ("/", "/user"):
        cookie = site.get(path).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "expires" not in cookie


def test_another_name_of_the_cookie(serve: Serve) -> None:
    site = serve(application(xsrf_cookie_name="__Host-_xsrf"))
    page = site.get("/")
    assert cookie_of(page).startswith("__Host-_xsrf=")
    assert site.post("/", {"_xsrf": page.text}, Cookie=cookie_of(page)).status == 200


def test_the_form_field(serve: Serve) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.write(self.xsrf_form_html())

    page = serve(Application([("/", Page)])).get("/")
    match = re.fullmatch('<input type="hidden" name="_xsrf" value="(.*)"/>', page.text)
    assert match is not None
    assert cookie_of(page).strip('"').endswith(match.group(1))


def test_a_handler_may_leave_the_check_out_or_keep_a_token_of_its_own(serve: Serve) -> None:
    class Unchecked(Form):
        def check_xsrf_cookie(self) -> None:
            pass

    class OwnToken(Form):
        """As JupyterHub does it: the token is a property of its own, and can be set."""

        @property
        def xsrf_token(self) -> bytes:
            if not hasattr(self, "_xsrf_token"):
                self._xsrf_token = b"of the hub"
            return self._xsrf_token

    site = serve(Application([("/unchecked", Unchecked), ("/own", OwnToken)], xsrf_cookies=True))
    assert site.post("/unchecked").status == 200
    assert site.get("/own").text == "of the hub"


def test_an_unknown_page_is_not_found_even_without_token(serve: Serve) -> None:
    site = serve(Application([("/gone", ErrorHandler, {"status_code": 410})], xsrf_cookies=True))
    assert site.post("/nowhere").status == 404
    assert site.post("/gone").status == 410


def test_raw_tokens() -> None:
    decode = RequestHandler._decode_xsrf_token
    handler = RequestHandler.__new__(RequestHandler)
    version, token, timestamp = decode(handler, TOKEN)
    assert (version, token) == (1, binascii.a2b_hex(TOKEN))
    assert decode(handler, "2|01020304|00000000|1400000000") == (2, b"\1\2\3\4", 1400000000)
    assert decode(handler, "no hex")[:2] == (1, b"no hex")
    assert decode(handler, "2|zz|00|1") == (None, None, None)
    assert timestamp is not None


class Guarded(Form):
    def get(self) -> None:
        self.write("read")

    def prepare(self) -> None:
        self.add_header("X-Prepared", "yes")


def guarded(**settings: Any) -> Application:
    return Application([("/", Guarded)], cross_origin_protection=True, **settings)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://{host}"}, 200),
        ({"Origin": "https://{host}"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://trusted.example"}, 200),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://{host}"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://trusted.example"}, 200),
    ],
)
def test_cross_origin_protection(serve: Serve, headers: dict[str, str], status: int) -> None:
    site = serve(guarded(trusted_origins=["http://trusted.example"]))
    sent = {name: value.format(host=site.host) for name, value in headers.items()}
    response = site.request("POST", "/", sent)
    assert response.status == status
    assert ("X-Prepared" in response.headers) == (status == 200)
    assert site.request("GET", "/", sent).status == 200


def test_a_handler_may_trust_other_origins(serve: Serve) -> None:
    asked = []

    class Trusting(Form):
        def check_trusted_origin(self, origin: str) -> bool:
            asked.append(origin)
            return origin.endswith(".friend.example")

    site = serve(Application([("/", Trusting)], cross_origin_protection=True))
    assert site.post("/", Origin="http://a.friend.example").status == 200
    assert site.post("/", Origin="http://foe.example").status == 403
    assert site.post("/", Origin=site.url).status == 200
    assert asked == ["http://a.friend.example", "http://foe.example"]


def test_the_log_says_what_was_not_allowed(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(guarded())
    site.post("/", Origin="http://evil.example")
    assert "Origin 'http://evil.example' not allowed" in caplog.text
    site.post("/", Sec_Fetch_Site="cross-site")
    assert "Sec-Fetch-Site cross-site with Origin None not allowed" in caplog.text

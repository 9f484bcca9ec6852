import hashlib

import pytest

from fujita.web import Application, RequestHandler
from tests.sites import Serve

HELLO = f'"{hashlib.sha1(b"hello").hexdigest()}"'


class Hello(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Language", "en")
        self.write("hel")
        self.write("lo")

    head = get

    def post(self) -> None:
        self.write("hello")


def with_tag(tag: str | None) -> Application:
    class Tagged(Hello):
        def compute_etag(self) -> str | None:
            return tag

    return Application([("/", Tagged)])


def test_the_tag_is_a_hash_of_the_body(serve: Serve) -> None:
    site = serve(Application([("/", Hello)]))
    assert site.get("/").headers["Etag"] == HELLO
    assert site.head("/").headers["Etag"] == HELLO
    assert "Etag" not in site.post("/").headers


@pytest.mark.parametrize(
    "claimed", [HELLO, f"W/{HELLO}", f'"other", {HELLO}', f'{HELLO},"other"', "*"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_sent_again(serve: Serve, claimed: str, method: str) -> None:
    site = serve(Application([("/", Hello)]))
    response = site.request(method, "/", {"If-None-Match": claimed})
    assert (response.status, response.body) == (304, b"")
    assert response.headers["Etag"] == HELLO
    for name in ("Content-Type", "Content-Length", "Content-Language", "Transfer-Encoding"):
        assert name not in response.headers


@pytest.mark.parametrize("claimed", ['"other"', HELLO.strip('"'), "", "junk", f"{HELLO[:-1]}x"])
def test_anything_else_is_sent(serve: Serve, claimed: str) -> None:
    site = serve(Application([("/", Hello)]))
    response = site.get("/", If_None_Match=claimed)
    assert (response.status, response.text) == (200, "hello")


@pytest.mark.parametrize(
    ("tag", "claimed", "status"),
    [
        ('"own"', '"own"', 304),
        ('"own"', 'W/"own"', 304),
        ('W/"own"', '"own"', 304),
        ('W/"own"', 'W/"own"', 304),
        ('"a, b"', '"x", "a, b"', 304),
        ('"own"', '"ow"', 200),
        (None, "*", 200),
    ],
)
def test_tags_of_one_s_own(serve: Serve, tag: str | None, claimed: str, status: int) -> None:
    response = serve(with_tag(tag)).get("/", If_None_Match=claimed)
    assert response.status == status
    assert response.headers.get("Etag") == tag


def test_a_tag_that_was_set_stays(serve: Serve) -> None:
    class Set(RequestHandler):
        def get(self) -> None:
            self.set_header("Etag", '"set"')
            self.write("hello")

    site = serve(Application([("/", Set)]))
    response = site.get("/", If_None_Match=HELLO)
    assert (response.status, response.headers["Etag"]) == (200, '"set"')


def test_a_handler_may_look_early(serve: Serve) -> None:
    made = []

    class Early(RequestHandler):
        def compute_etag(self) -> str:
            return '"version 1"'

        def get(self) -> None:
            self.set_etag_header()
            if self.check_etag_header():
                self.set_status(304)
                return
            made.append("page")
            self.write("page")

    site = serve(Application([("/", Early)]))
    assert site.get("/").status == 200
    assert site.get("/", If_None_Match='"version 1"').status == 304
    assert made == ["page"]


def test_errors_have_no_tag(serve: Serve) -> None:
    class Missing(RequestHandler):
        def get(self) -> None:
            self.set_status(404)
            self.write("hello")

    response = serve(Application([("/", Missing)])).get("/", If_None_Match="*")
    assert response.status == 404
    assert "Etag" not in response.headers

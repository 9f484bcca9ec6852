import socket
from typing import Any

import pytest

from fujita.httputil import HTTPServerRequest
from fujita.routing import HostMatches, PathMatches, Rule
from fujita.web import (
    Application,
    ErrorHandler,
    RequestHandler,
    StaticFileHandler,
    URLSpec,
    url,
)
from tests.sites import Serve


class Reply(RequestHandler):
    def initialize(self, reply: str = "") -> None:
        self.reply = reply

    def get(self, *args: str) -> None:
        self.write(self.reply or " ".join(args))


def test_rules_may_be_given_in_many_ways(serve: Serve) -> None:
    site = serve(
        Application(
            [
                ("/two", Reply),
                ("/three", Reply, {"reply": "three"}),
                ("/four", Reply, {"reply": "four"}, "name"),
                ["/list", Reply, {"reply": "list"}],
                url("/url", Reply, {"reply": "url"}),
                URLSpec("/spec/(.*)", Reply),
                Rule(PathMatches("/rule"), Reply, {"reply": "rule"}),
                (PathMatches("/matcher"), Reply, {"reply": "matcher"}),
                (HostMatches("sub.example"), [("/nested", Reply, {"reply": "nested"})]),
                ("/dotted", "tests.web.test_application.Reply", {"reply": "dotted"}),
            ]
        )
    )
    for name in ("three", "four", "list", "url", "rule", "matcher", "dotted"):
        assert site.get(f"/{name}").text == name
    assert site.get("/two").text == ""
    assert site.get("/spec/a/b").text == "a/b"
    assert site.get("/nested", Host="sub.example").text == "nested"
    assert site.get("/nested").status == 404


def test_the_first_rule_that_matches_answers(serve: Serve) -> None:
    rules = [("/a.*", Reply, {"reply": "first"}), ("/ab", Reply, {"reply": "second"})]
    assert serve(Application(rules)).get("/ab").text == "first"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_nothing_found(serve: Serve, method: str) -> None:
    response = serve(Application()).request(method, "/")
    assert response.status == 404
    assert ("404: Not Found" in response.text) == (method != "HEAD")


def test_a_handler_for_what_is_not_found(serve: Serve) -> None:
    settings: dict[str, Any] = {
        "default_handler_class": ErrorHandler,
        "default_handler_args": {"status_code": 410},
    }
    assert serve(Application(**settings)).get("/").status == 410


def test_hosts(serve: Serve) -> None:
    application = Application([("/", Reply, {"reply": "any"})])
    application.add_handlers(r"one\.example", [("/", Reply, {"reply": "one"})])
    application.add_handlers(r".*\.example", [("/", Reply, {"reply": "other"})])
    application.add_handlers(r"two\.example", [("/only", Reply, {"reply": "two"})])
    site = serve(application)
    replies = {
        "one.example": "one",
        "ONE.example:8080": "one",
        "two.example": "other",
        "elsewhere": "any",
        "one.example.org": "any",
    }
    for host, reply in replies.items():
        assert site.get("/", Host=host).text == reply
    assert site.get("/only", Host="two.example").text == "two"
    assert site.get("/only", Host="one.example").status == 404


def test_the_default_host(serve: Serve) -> None:
    application = Application(default_host="one.example")
    application.add_handlers(r"one\.example", [("/", Reply, {"reply": "one"})])
    application.add_handlers(r"two\.example", [("/", Reply, {"reply": "two"})])
    site = serve(application)
    assert site.get("/").text == "one"
    assert site.get("/", X_Real_Ip="1.2.3.4").status == 404
    assert site.get("/", Host="two.example").text == "two"
    application.default_host = "two.example"
    assert site.get("/").text == "two"


def test_reverse_url(serve: Serve) -> None:
    application = Application(
        [
            url("/a/(.*)", Reply, name="a"),
            url(r"/b/([0-9]+)/x\.y", Reply, name="b"),
            (HostMatches("h"), [url("/c", Reply, name="c")]),
        ]
    )
    assert application.reverse_url("a", "x y/é") == "/a/x%20y/%C3%A9"
    assert application.reverse_url("b", 12) == "/b/12/x.y"
    assert application.reverse_url("c") == "/c"
    with pytest.raises(KeyError, match="missing not found in named urls"):
        application.reverse_url("missing")

    class Page(RequestHandler):
        def get(self) -> None:
            self.write(self.reverse_url("page"))

    assert serve(Application([url("/here", Page, name="page")])).get("/here").text == "/here"


def test_settings_of_debug_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr("fujita.autoreload.start", lambda: started.append(True))
    settings = Application(debug=True).settings
    assert settings["autoreload"] is settings["serve_traceback"] is True
    assert settings["compiled_template_cache"] is settings["static_hash_cache"] is False
    assert started == [True]
    assert Application(debug=True, autoreload=False).settings["autoreload"] is False
    assert started == [True]


def test_settings_are_the_handler_s_too(serve: Serve) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.require_setting("colour")
            self.write(self.settings["colour"])

        def post(self) -> None:
            self.require_setting("shape", "drawing")

    site = serve(Application([("/", Page)], colour="red"))
    assert site.get("/").text == "red"
    assert site.post("/").status == 500


def test_the_access_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.set_status(int(self.get_argument("s", "") or 0))

    caplog.set_level("INFO", "tornado.access")
    site = serve(Application([("/", Page)]))
    for status in (200, 302, 404, 503):
        site.get(f"/?s={status}")
    records = [record for record in caplog.records if record.name == "tornado.access"]
    assert [record.levelname for record in records] == ["INFO", "INFO", "WARNING", "ERROR"]
    message = records[0].getMessage()
    assert message.startswith("200 GET /?s=200 (127.0.0.1) ")
    assert 0 <= float(message.rpartition(" ")[2].removesuffix("ms")) < 10_000


def test_a_log_function_of_one_s_own(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    logged = []

    def log(handler: RequestHandler) -> None:
        logged.append((handler.get_status(), handler.request.request_time() >= 0))

    serve(Application(log_function=log)).get("/")
    assert logged == [(404, True)]
    assert "404" not in caplog.text


def test_a_subclass_may_log_otherwise(serve: Serve) -> None:
    logged = []

    class Own(Application):
        def log_request(self, handler: RequestHandler) -> None:
            logged.append(handler.request.path)

    serve(Own()).get("/path")
    assert logged == ["/path"]


def test_a_subclass_may_find_handlers_its_own_way(serve: Serve) -> None:
    class Own(Application):
        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
            if request.path == "/own":
                return self.get_handler_delegate(request, Reply, {"reply": "own"})
            return super().find_handler(request, **kwargs)

    site = serve(Own([("/own", Reply, {"reply": "rule"}), ("/rule", Reply, {"reply": "rule"})]))
    for _ in range(2):
        assert site.get("/own").text == "own"
        assert site.get("/rule").text == "rule"


def test_a_subclass_may_see_every_delegate(serve: Serve) -> None:
    seen = []

    class Own(Application):
        def get_handler_delegate(self, request: HTTPServerRequest, *args: Any) -> Any:
            seen.append(request.path)
            return super().get_handler_delegate(request, *args)

    site = serve(Own([("/", Reply)]))
    site.get("/")
    site.get("/")
    assert seen == ["/", "/"]


def test_static_path_comes_first() -> None:
    application = Application([("/static/(.*)", Reply)], static_path="files")
    rules = application.wildcard_router.rules
    assert [rule.matcher.regex.pattern for rule in rules[:3]] == [  # type: ignore[attr-defined]
        r"/(robots\.txt)$",
        r"/(favicon\.ico)$",
        "/static/(.*)$",
    ]
    assert rules[0].target is StaticFileHandler
    assert rules[0].target_kwargs == {"path": "files"}


def test_the_prefix_of_static_files_is_no_pattern() -> None:
    application = Application(static_path="files", static_url_prefix="/s.x/")
    pattern = application.wildcard_router.rules[2].matcher
    assert isinstance(pattern, PathMatches)
    assert pattern.match_path("/s.x/a") == {"path_args": [b"a"], "path_kwargs": {}}
    assert pattern.match_path("/s-x/a") is None


def test_listen(serve: Serve) -> None:
    site = serve(Application([("/", Reply, {"reply": "served"})]))

    async def listen() -> tuple[Any, int]:
        server = Application([("/", Reply, {"reply": "heard"})]).listen(0, "127.0.0.1")
        (sock,) = server._sockets.values()
        return server, sock.getsockname()[1]

    server, port = site.run(listen)
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert connection.recv(4096).endswith(b"heard")
    finally:
        site.loop.call_soon_threadsafe(server.stop)

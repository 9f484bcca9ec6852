from typing import Any

import pytest

from fujita.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.routing import (
    AnyMatches,
    HostMatches,
    PathMatches,
    ReversibleRouter,
    ReversibleRuleRouter,
    Router,
    Rule,
    RuleRouter,
)
from fujita.web import Application, RequestHandler
from tests.routing.requests import request
from tests.sites import Serve


def answer(connection: HTTPConnection, text: str) -> None:
    body = text.encode()
    headers = HTTPHeaders({"Content-Length": str(len(body))})
    connection.write_headers(ResponseStartLine("HTTP/1.1", 200, "OK"), headers, body)
    connection.finish()


class Echo(HTTPMessageDelegate):
    """Answers with what it was told, as a delegate written for Tornado does."""

    def __init__(self, connection: HTTPConnection, name: str) -> None:
        self.connection = connection
        self.name = name
        self.body = b""

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        assert isinstance(start_line, RequestStartLine)
        self.head = f"{self.name} {start_line.method} {start_line.path} {headers['Host']}"

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    def finish(self) -> None:
        answer(self.connection, f"{self.head} {self.body.decode()}")


class EchoRouter(Router):
    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        if request.path == "/nothing":
            return None
        return Echo(request.connection, f"router{kwargs or ''}")


class EchoServer(HTTPServerConnectionDelegate):
    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        return Echo(request_conn, "delegate")


class Page(RequestHandler):
    def get(self, *args: str) -> None:
        self.write(f"page {args}")


def function(request: HTTPServerRequest, **kwargs: Any) -> None:
    answer(request.connection, f"function {request.path} {request.body.decode()} {kwargs or ''}")


def test_a_router_answers_for_a_server(serve: Serve) -> None:
    site = serve(EchoRouter())
    response = site.request("POST", "/path", body=b"content")
    assert response.text == f"router POST /path {site.host} content"
    assert site.get("/nothing").status == 404


def test_kinds_of_targets(serve: Serve) -> None:
    application = Application([("/application/(.*)", Page)])
    site = serve(
        RuleRouter(
            [
                ("/router", EchoRouter()),
                ("/delegate", EchoServer()),
                ("/function", function),
                ("/groups/(.*)", function, {"a": 1}),
                ("/application/.*", application),
                Rule(PathMatches("/nested/.*"), RuleRouter([("/nested/(?:x)", function)])),
                (HostMatches("sub.example"), function),
            ]
        )
    )
    assert site.get("/router").text.startswith("router GET /router")
    assert site.request("PUT", "/delegate", body=b"x").text.startswith("delegate PUT /delegate")
    assert site.request("PUT", "/function", body=b"x").text == "function /function x "
    groups = "{'path_args': [b'y'], 'path_kwargs': {}, 'target_kwargs': {'a': 1}}"
    assert site.get("/groups/y").text == f"function /groups/y  {groups}"
    assert site.get("/application/z").text == "page ('z',)"
    assert site.get("/nested/x").text == "function /nested/x  "
    assert site.get("/any", Host="sub.example").text == "function /any  "
    assert site.get("/nested/y").status == 404
    assert site.get("/elsewhere").status == 404


def test_a_rule_whose_target_has_nothing_lets_the_next_one_try(serve: Serve) -> None:
    site = serve(RuleRouter([(AnyMatches(), EchoRouter()), ("/nothing", function)]))
    assert site.get("/nothing").text == "function /nothing  "
    assert site.get("/something").text.startswith("router GET")


def test_a_router_passes_on_what_its_matcher_found(serve: Serve) -> None:
    site = serve(RuleRouter([("/(.*)", EchoRouter(), {"a": 1})]))
    expected = "{'path_args': [b'x'], 'path_kwargs': {}, 'target_kwargs': {'a': 1}}"
    assert site.get("/x").text.startswith(f"router{expected} GET /x")


def test_a_target_that_is_nothing_of_the_kind_is_passed_over() -> None:
    router = RuleRouter([(AnyMatches(), 7)])
    assert router.find_handler(request("/")) is None


@pytest.mark.parametrize("rule", [("/x",), ("/x", function, {}, "name", "more")])
def test_a_rule_of_too_few_or_many_values(rule: Any) -> None:
    with pytest.raises(AssertionError, match="2 to 4 values"):
        RuleRouter([rule])


def test_a_subclass_may_change_rules() -> None:
    class Prefixed(RuleRouter):
        def process_rule(self, rule: Rule) -> Rule:
            assert isinstance(rule.matcher, PathMatches)
            return Rule(PathMatches("/base" + rule.matcher.regex.pattern), rule.target)

    router = Prefixed([("/a", function)])
    assert router.find_handler(request("/a")) is None
    assert router.find_handler(request("/base/a")) is not None


def test_a_subclass_may_know_other_targets(serve: Serve) -> None:
    class Texts(RuleRouter):
        def get_target_delegate(
            self, target: Any, request: HTTPServerRequest, **target_params: Any
        ) -> HTTPMessageDelegate | None:
            if isinstance(target, list):
                return Echo(request.connection, target[0])
            return super().get_target_delegate(target, request, **target_params)

    site = serve(Texts([("/text", ["a text"]), ("/function", function)]))
    assert site.get("/text").text.startswith("a text GET /text")
    assert site.get("/function").text == "function /function  "


def test_reverse_url() -> None:
    inner = ReversibleRuleRouter([("/inner/(.*)", function, {}, "inner")])
    router = ReversibleRuleRouter(
        [
            ("/outer/(.*)", function, {}, "outer"),
            (AnyMatches(), inner),
            (AnyMatches(), RuleRouter([("/plain", function, {}, "plain")])),
        ]
    )
    assert router.reverse_url("outer", "x") == "/outer/x"
    assert router.reverse_url("inner", "y") == "/inner/y"
    assert router.reverse_url("plain") is None
    assert router.reverse_url("missing") is None
    assert set(router.named_rules) == {"outer"}


def test_the_last_of_one_name_has_it(caplog: pytest.LogCaptureFixture) -> None:
    router = ReversibleRuleRouter([("/a", function, {}, "name"), ("/b", function, {}, "name")])
    assert router.reverse_url("name") == "/b"
    assert "Multiple handlers named name; replacing previous value" in caplog.text


def test_what_a_subclass_has_to_write() -> None:
    with pytest.raises(NotImplementedError):
        Router().find_handler(request("/"))
    with pytest.raises(NotImplementedError):
        ReversibleRouter().reverse_url("name")


def test_an_application_stands_among_other_targets(serve: Serve) -> None:
    class Own(ReversibleRouter):
        def __init__(self, application: Application) -> None:
            self.application = application

        def find_handler(
            self, request: HTTPServerRequest, **kwargs: Any
        ) -> HTTPMessageDelegate | None:
            if request.path == "/page":
                return self.application.get_handler_delegate(request, Page, path_args=[b"a"])
            return self.application.find_handler(request)

        def reverse_url(self, name: str, *args: Any) -> str | None:
            return f"/{name}"

    site = serve(Own(Application([("/other", Page)])))
    assert site.get("/page").text == "page ('a',)"
    assert site.get("/other").text == "page ()"
    assert site.get("/missing").status == 404

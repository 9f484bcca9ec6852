import re
from typing import Any

import pytest

from fujita.httputil import HTTPServerRequest
from fujita.routing import AnyMatches, Matcher, PathMatches, Router, Rule, RuleRouter
from fujita.web import Application, RequestHandler
from fujita.web.route_cache import CAPACITY, LONGEST_PATH
from tests.sites import Serve, Site


class Reply(RequestHandler):
    def initialize(self, reply: str = "") -> None:
        self.reply = reply

    def get(self, *args: str, **kwargs: str) -> None:
        self.write(self.reply or f"{args} {kwargs}")


def rule(pattern: str, reply: str) -> tuple[str, type[RequestHandler], dict[str, str]]:
    return (pattern, Reply, {"reply": reply})


class Counting(PathMatches):
    """Not one of Tornado's own matchers: it may say something else each time."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.asked = 0

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        self.asked += 1
        return super().match(request)


def remembered(application: Application) -> int:
    return len(application._route_cache._routes)


def replies(site: Site, path: str, times: int = 3, **headers: str) -> list[str]:
    return [site.get(path, **headers).text for _ in range(times)]


def test_a_path_is_looked_up_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []
    match = PathMatches.match

    def counted(self: PathMatches, request: HTTPServerRequest) -> dict[str, Any] | None:
        looked_up.append(request.path)
        return match(self, request)

    monkeypatch.setattr(PathMatches, "match", counted)
    site = serve(Application([rule("/a", "a"), ("/(.*)/(?:x)?", Reply)]))
    assert replies(site, "/a") == ["a"] * 3
    assert replies(site, "/%C3%A9/") == ["('é',) {}"] * 3
    assert looked_up == ["/a", "/%C3%A9/", "/%C3%A9/"]


def test_queries_do_not_matter(serve: Serve) -> None:
    application = Application([rule("/a", "a")])
    site = serve(application)
    for number in range(5):
        assert site.get(f"/a?{number}").text == "a"
    assert remembered(application) == 1


def test_hosts_matter_where_a_rule_asks_for_them(serve: Serve) -> None:
    application = Application([rule("/", "any")])
    site = serve(application)
    assert replies(site, "/", Host="one.example") == ["any"] * 3
    application.add_handlers("one.example", [rule("/", "one")])
    assert replies(site, "/", Host="one.example") == ["one"] * 3
    assert replies(site, "/", Host="two.example") == ["any"] * 3
    assert replies(site, "/", Host="one.example") == ["one"] * 3


def test_changed_rules_are_seen(serve: Serve) -> None:
    application = Application([rule("/", "first")])
    rules = application.wildcard_router.rules
    site = serve(application)

    def reply() -> str:
        return site.get("/").text

    assert reply() == "first"
    rules.insert(0, Rule(PathMatches("/"), Reply, {"reply": "inserted"}))
    assert reply() == "inserted"
    rules[0] = Rule(PathMatches("/"), Reply, {"reply": "replaced"})
    assert reply() == "replaced"
    del rules[0]
    assert reply() == "first"
    rules.reverse()
    rules.extend([Rule(PathMatches("/"), Reply, {"reply": "last"})])
    rules.pop(0)
    assert reply() == "last"
    application.wildcard_router.rules = [Rule(PathMatches("/"), Reply, {"reply": "new list"})]
    assert reply() == "new list"
    application.wildcard_router.rules.clear()
    assert site.get("/").status == 404
    application.wildcard_router.add_rules([rule("/", "added")])
    assert reply() == "added"


def test_a_matcher_of_one_s_own_is_always_asked(serve: Serve) -> None:
    class Header(Matcher):
        def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
            return {} if "X-Special" in request.headers else None

    special = (Header(), Reply, {"reply": "special"})
    for application in (
        Application([special, rule("/", "plain")]),
        Application([(AnyMatches(), [special]), rule("/", "plain")]),
        Application([(AnyMatches(), [(AnyMatches(), [special])]), rule("/", "plain")]),
    ):
        site = serve(application)
        assert replies(site, "/") == ["plain"] * 3
        assert replies(site, "/", X_Special="1") == ["special"] * 3
        assert replies(site, "/") == ["plain"] * 3
        assert remembered(application) == 0


def test_a_subclass_of_a_matcher_is_always_asked(serve: Serve) -> None:
    matcher = Counting("/")
    site = serve(Application([Rule(matcher, Reply, {"reply": "counted"})]))
    assert replies(site, "/") == ["counted"] * 3
    assert matcher.asked >= 3


def test_what_comes_before_a_matcher_of_one_s_own_is_remembered(serve: Serve) -> None:
    application = Application([rule("/a", "a"), Rule(Counting("/b"), Reply, {"reply": "b"})])
    site = serve(application)
    assert replies(site, "/a") == ["a"] * 3
    assert replies(site, "/b") == ["b"] * 3
    assert remembered(application) == 1


def test_routers_of_one_s_own_are_always_asked(serve: Serve) -> None:
    asked: list[str] = []

    class Own(Router):
        def __init__(self, application: Application) -> None:
            self.application = application

        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
            asked.append(request.path)
            reply = {"reply": f"asked {len(asked)}"}
            return self.application.get_handler_delegate(request, Reply, reply)

    class OwnRules(RuleRouter):
        def get_target_delegate(self, target: Any, request: HTTPServerRequest, **_: Any) -> Any:
            asked.append(request.path)
            reply = {"reply": f"asked {len(asked)}"}
            return target.get_handler_delegate(request, Reply, reply)

    inner = Application([rule("/application", "application")])
    application = Application([("/application", inner)])
    application.wildcard_router.add_rules(
        [("/own", Own(application)), ("/rules", OwnRules([("/rules", application)]))]
    )
    site = serve(application)
    assert replies(site, "/own") == ["asked 1", "asked 2", "asked 3"]
    assert replies(site, "/rules") == ["asked 4", "asked 5", "asked 6"]
    assert replies(site, "/application") == ["application"] * 3
    assert remembered(application) == 0


def test_nested_rules_that_lead_nowhere(serve: Serve) -> None:
    nested = (AnyMatches(), [rule("/nested", "nested")])
    application = Application([nested, rule("/.*", "outer")])
    site = serve(application)
    assert replies(site, "/nested") == ["nested"] * 3
    assert replies(site, "/other") == ["outer"] * 3
    assert remembered(application) == 2


def test_the_memory_is_bounded(serve: Serve) -> None:
    application = Application([rule("/.*", "any")])
    site = serve(application)

    async def fill() -> None:
        cache = application._route_cache
        cache._routes.update(
            {f"/{number}": (Reply, None, None, None) for number in range(CAPACITY)}
        )

    assert site.get("/x").text == "any"
    site.run(fill)
    assert site.get("/y").text == "any"
    assert remembered(application) == 1
    assert site.get("/" + "x" * LONGEST_PATH).text == "any"
    assert remembered(application) == 1


def test_compiled_patterns_and_what_is_not_found(serve: Serve) -> None:
    application = Application([(PathMatches(re.compile("/a+")), Reply, {"reply": "a"})])
    site = serve(application)
    assert replies(site, "/aaa") == ["a"] * 3
    assert [site.get("/b").status for _ in range(3)] == [404] * 3
    assert remembered(application) == 1

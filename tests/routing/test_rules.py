from fujita.routing import AnyMatches, PathMatches, Rule, URLSpec
from fujita.web import RequestHandler


def test_a_rule_keeps_what_it_is_given() -> None:
    matcher = AnyMatches()
    rule = Rule(matcher, RequestHandler, {"a": 1}, "name")
    assert rule.matcher is matcher
    assert rule.target is RequestHandler
    assert rule.target_kwargs == {"a": 1}
    assert rule.name == "name"
    bare = Rule(matcher, RequestHandler)
    assert bare.target_kwargs == {}
    assert bare.name is None


def test_a_target_may_be_a_dotted_name() -> None:
    assert Rule(AnyMatches(), "fujita.web.RequestHandler").target is RequestHandler


def test_reverse_asks_the_matcher() -> None:
    assert Rule(PathMatches("/(.*)"), RequestHandler).reverse("x") == "/x"
    assert Rule(AnyMatches(), RequestHandler).reverse() is None


def test_repr() -> None:
    matcher = PathMatches("/")
    assert repr(Rule(matcher, "math.floor", {"a": 1}, "n")) == (
        f"Rule({matcher!r}, <built-in function floor>, kwargs={{'a': 1}}, name='n')"
    )
    assert repr(URLSpec("/a", "math.floor")) == (
        "URLSpec('/a$', <built-in function floor>, kwargs=None, name=None)"
    )


def test_url_spec() -> None:
    spec = URLSpec("/(.*)", "fujita.web.RequestHandler", {"a": 1}, "name")
    assert spec.regex.pattern == "/(.*)$"
    assert spec.handler_class is RequestHandler
    assert spec.kwargs == {"a": 1}
    assert spec.reverse("x") == "/x"

import datetime
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

import pytest

from fujita.web import Application, RequestHandler, create_signed_value
from tests.sites import Serve

SECRET = "an old secret"


def doing(act: Callable[[RequestHandler], Any], **settings: Any) -> Application:
    """Makes an application whose one handler does that and shows what came of it."""

    class Doing(RequestHandler):
        def get(self) -> None:
            self.write({"found": act(self)})

    return Application([("/", Doing)], **settings)


def refused(error: type[Exception], name: str, value: str, **kwargs: Any) -> Application:
    def act(handler: RequestHandler) -> str:
        with pytest.raises(error) as caught:
            handler.set_cookie(name, value, **kwargs)
        return str(caught.value)

    return doing(act)


def test_get_cookie(serve: Serve) -> None:
    site = serve(
        doing(lambda handler: [handler.get_cookie("a"), handler.get_cookie("b", "default")])
    )
    assert site.get("/", Cookie="a=1; c=2").json == {"found": ["1", "default"]}
    assert site.get("/").json == {"found": [None, "default"]}


def test_cookies_are_morsels(serve: Serve) -> None:
    site = serve(doing(lambda handler: {k: m.value for k, m in handler.cookies.items()}))
    response = site.get("/", Cookie='a=1; b="quoted\\054 text"; bad[=x; c=')
    assert response.json == {"found": {"a": "1", "b": "quoted, text", "c": ""}}


def test_set_cookie(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_cookie("plain", "text")
        handler.set_cookie("bytes", b"more")
        handler.set_cookie("quoted", "a;b,_c")

    response = serve(doing(act)).get("/")
    assert response.all("Set-Cookie") == [
        "plain=text; Path=/",
        "bytes=more; Path=/",
        'quoted="a\\073b\\054_c"; Path=/',
    ]


def test_attributes_of_a_cookie(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_cookie(
            "a",
            "1",
            domain="example.com",
            path="/sub",
            expires=datetime.datetime(2030, 1, 2, 3, 4, 5),
            max_age=60,
            httponly=True,
            secure=True,
            samesite="Lax",
        )

    (cookie,) = serve(doing(act)).get("/").all("Set-Cookie")
    name, *attributes = cookie.split("; ")
    assert name == "a=1"
    assert sorted(attributes) == [
        "Domain=example.com",
        "HttpOnly",
        "Max-Age=60",
        "Path=/sub",
        "SameSite=Lax",
        "Secure",
        "expires=Wed, 02 Jan 2030 03:04:05 GMT",
    ]


def test_a_flag_that_is_off_leaves_no_trace(serve: Serve) -> None:
    site = serve(doing(lambda handler: handler.set_cookie("a", "1", secure=False, httponly=False)))
    assert site.get("/").all("Set-Cookie") == ["a=1; Path=/"]


def test_expires_days(serve: Serve) -> None:
    site = serve(doing(lambda handler: handler.set_cookie("a", "1", expires_days=10)))
    cookie = SimpleCookie(site.get("/").headers["Set-Cookie"])["a"]
    expires = datetime.datetime.strptime(cookie["expires"], "%a, %d %b %Y %H:%M:%S GMT")
    days = expires - datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    assert abs(days - datetime.timedelta(days=10)) < datetime.timedelta(minutes=1)


def test_a_cookie_set_twice_is_sent_once(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_cookie("a", "1", httponly=True)
        handler.set_cookie("a", "2")

    assert serve(doing(act)).get("/").all("Set-Cookie") == ["a=2; Path=/"]


def test_other_attributes_go_through_but_not_in_upper_case(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_cookie("a", "1", comment="c")
        with pytest.warns(
            DeprecationWarning,
            match="Deprecated arguments to set_cookie: .* \\(should be lowercase\\)",
        ):
            handler.set_cookie("b", "2", HttpOnly=True)

    response = serve(doing(act)).get("/")
    assert response.all("Set-Cookie") == ["a=1; Comment=c; Path=/", "b=2; HttpOnly; Path=/"]


@pytest.mark.parametrize(
    ("name", "value"), [("a", "x y"), ("a", "x\n"), ("a b", "x"), ("a", "x\x00")]
)
def test_control_characters_are_refused(serve: Serve, name: str, value: str) -> None:
    found = serve(refused(ValueError, name, value)).get("/").json["found"]
    assert repr(name) in found
    assert repr(value) in found


@pytest.mark.parametrize(
    ("kwargs", "attribute"),
    [
        ({"path": "/;x"}, "path=/;x"),
        ({"domain": "a\r\nb"}, "domain=a\r\nb"),
        ({"samesite": "Lax;"}, "samesite=Lax;"),
        ({"comment": "a;b"}, "comment=a;b"),
    ],
)
def test_an_attribute_may_not_bring_others(
    serve: Serve, kwargs: dict[str, str], attribute: str
) -> None:
    found = serve(refused(CookieError, "a", "1", **kwargs)).get("/").json["found"]
    name, _, value = attribute.partition("=")
    assert f"{name}={value!r}" in found


def test_a_name_may_not_bring_attributes(serve: Serve) -> None:
    assert "a;b" in serve(refused(CookieError, "a;b", "1")).get("/").json["found"]


def test_max_age_must_be_a_number(serve: Serve) -> None:
    serve(refused(ValueError, "a", "1", max_age="1; secure")).get("/")


def test_clear_cookie(serve: Serve) -> None:
    site = serve(doing(lambda handler: handler.clear_cookie("a", path="/p", domain="d.com")))
    morsel = SimpleCookie(site.get("/").headers["Set-Cookie"])["a"]
    assert (morsel.value, morsel["path"], morsel["domain"]) == ("", "/p", "d.com")
    expires = datetime.datetime.strptime(morsel["expires"], "%a, %d %b %Y %H:%M:%S GMT")
    assert expires < datetime.datetime.now() - datetime.timedelta(days=300)


@pytest.mark.parametrize("name", ["expires", "max_age"])
def test_clear_cookie_decides_when_it_ends(serve: Serve, name: str) -> None:
    def act(handler: RequestHandler) -> str:
        with pytest.raises(TypeError) as caught:
            handler.clear_cookie("a", **{name: 1})
        return str(caught.value)

    assert name in serve(doing(act)).get("/").json["found"]


def test_clear_all_cookies(serve: Serve) -> None:
    site = serve(doing(lambda handler: handler.clear_all_cookies(path="/p")))
    cookies = site.get("/", Cookie="a=1; b=2").all("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["a", "b"]
    assert all("Path=/p" in cookie for cookie in cookies)


def test_a_signed_cookie_comes_back(serve: Serve) -> None:
    def act(handler: RequestHandler) -> Any:
        value = handler.get_signed_cookie("a")
        if value is None:
            handler.set_signed_cookie("a", "täxt")
            return None
        return value.decode()

    site = serve(doing(act, cookie_secret=SECRET))
    (cookie,) = site.get("/").all("Set-Cookie")
    assert "expires=" in cookie
    pair = cookie.partition(";")[0]
    assert site.get("/", Cookie=pair).json == {"found": "täxt"}
    forged = pair[:-1] + ("0" if pair[-1] != "0" else "1")
    assert site.get("/", Cookie=forged).json == {"found": None}


def test_a_signed_cookie_may_end_with_the_session(serve: Serve) -> None:
    site = serve(
        doing(
            lambda handler: handler.set_signed_cookie("a", b"\xe9", expires_days=None),
            cookie_secret=SECRET,
        )
    )
    assert "expires" not in site.get("/").headers["Set-Cookie"]


def test_the_old_names_of_signed_cookies() -> None:
    assert RequestHandler.set_secure_cookie is RequestHandler.set_signed_cookie
    assert RequestHandler.get_secure_cookie is RequestHandler.get_signed_cookie
    old = RequestHandler.get_secure_cookie_key_version
    assert old is RequestHandler.get_signed_cookie_key_version


def test_old_signed_cookies(serve: Serve) -> None:
    def act(handler: RequestHandler) -> Any:
        return [
            handler.get_signed_cookie("a") is None,
            handler.get_signed_cookie("a", max_age_days=100) is None,
        ]

    site = serve(doing(act, cookie_secret=SECRET))
    signed = create_signed_value(SECRET, "a", "1", clock=lambda: time.time() - 40 * 86400)
    assert site.get("/", Cookie=f"a={signed.decode()}").json == {"found": [True, False]}


def test_a_value_may_be_signed_and_checked_without_a_cookie(serve: Serve) -> None:
    def act(handler: RequestHandler) -> Any:
        signed = handler.create_signed_value("a", "1")
        value = handler.get_signed_cookie("a", signed.decode())
        other = handler.get_signed_cookie("b", signed.decode())
        return [value and value.decode(), other]

    assert serve(doing(act, cookie_secret=SECRET)).get("/").json == {"found": ["1", None]}


def test_versions_of_signatures(serve: Serve) -> None:
    def act(handler: RequestHandler) -> Any:
        old = handler.create_signed_value("a", "1", version=1).decode()
        return [
            handler.get_signed_cookie("a", old) is not None,
            handler.get_signed_cookie("a", old, min_version=2) is not None,
        ]

    assert serve(doing(act, cookie_secret=SECRET)).get("/").json == {"found": [True, False]}


def test_several_keys(serve: Serve) -> None:
    def act(handler: RequestHandler) -> Any:
        handler.set_signed_cookie("new", "1")
        return [
            handler.get_signed_cookie_key_version("a"),
            handler.get_signed_cookie_key_version("none"),
        ]

    settings = {"cookie_secret": {0: "zero", 1: "one"}, "key_version": 1}
    site = serve(doing(act, **settings))
    signed = create_signed_value({0: "zero"}, "a", "1", key_version=0).decode()
    response = site.get("/", Cookie=f"a={signed}")
    assert response.json == {"found": [0, None]}
    assert "=2|1:1|" in response.headers["Set-Cookie"].replace('"', "")


def test_several_keys_need_the_current_one_named(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(doing(lambda handler: handler.set_signed_cookie("a", "1"), cookie_secret={0: "z"}))
    assert site.get("/").status == 500
    assert "key_version setting must be used" in caplog.text


def test_signed_cookies_need_a_secret(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(doing(lambda handler: handler.get_signed_cookie("a")))
    assert site.get("/").status == 500
    assert "You must define the 'cookie_secret' setting" in caplog.text

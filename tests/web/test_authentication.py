from urllib.parse import quote_plus

import pytest

from fujita.web import Application, RequestHandler, authenticated
from tests.sites import Serve


class Private(RequestHandler):
    def get_current_user(self) -> str | None:
        return self.get_cookie("user")

    @authenticated
    async def get(self) -> None:
        self.write(f"hello {self.current_user}")

    @authenticated
    def post(self) -> None:
        self.write("posted")

    head = get


def application(login_url: str = "/login") -> Application:
    return Application([("/private", Private)], login_url=login_url)


def test_a_user_comes_in(serve: Serve) -> None:
    assert serve(application()).get("/private", Cookie="user=ann").text == "hello ann"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_others_are_sent_to_the_login_page(serve: Serve, method: str) -> None:
    response = serve(application()).request(method, "/private?a=1&b=%20")
    assert response.status == 302
    assert response.headers["Location"] == "/login?next=" + quote_plus("/private?a=1&b=%20")


def test_a_login_page_elsewhere_is_told_our_host(serve: Serve) -> None:
    site = serve(application("https://login.example/in"))
    location = site.get("/private?a=1").headers["Location"]
    assert location == "https://login.example/in?next=" + quote_plus(site.url + "/private?a=1")


def test_a_login_url_with_a_query_stays_as_it_is(serve: Serve) -> None:
    response = serve(application("/login?from=here")).get("/private")
    assert response.headers["Location"] == "/login?from=here"


def test_a_form_is_refused(serve: Serve) -> None:
    assert serve(application()).post("/private").status == 403


def test_a_handler_may_have_a_login_page_of_its_own(serve: Serve) -> None:
    class Own(Private):
        def get_login_url(self) -> str:
            return "/own"

    site = serve(Application([("/private", Own)]))
    assert site.get("/private").headers["Location"] == "/own?next=%2Fprivate"


def test_the_login_url_has_to_be_set(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    assert serve(Application([("/private", Private)])).get("/private").status == 500
    assert "You must define the 'login_url' setting" in caplog.text


def test_the_user_is_looked_for_once_and_when_needed(serve: Serve) -> None:
    asked = []

    class Page(RequestHandler):
        def get_current_user(self) -> str:
            asked.append(self.request.path)
            return "ann"

        def get(self, path: str) -> None:
            if path == "user":
                self.write(f"{self.current_user} {self.current_user}")

    site = serve(Application([("/(.*)", Page)]))
    site.get("/none")
    assert site.get("/user").text == "ann ann"
    assert asked == ["/user"]


def test_prepare_may_set_the_user(serve: Serve) -> None:
    class Prepared(Private):
        async def prepare(self) -> None:
            self.current_user = "set"

    assert serve(Application([("/", Prepared)])).get("/").text == "hello set"


def test_the_user_may_be_a_property(serve: Serve) -> None:
    class Property(Private):
        @property
        def current_user(self) -> str:
            return self.get_argument("user", "") or ""

        @current_user.setter
        def current_user(self, user: str) -> None:
            raise AssertionError("nobody sets it")

    site = serve(Application([("/", Property)], login_url="/login"))
    assert site.get("/?user=bob").text == "hello bob"
    assert site.get("/").status == 302


def test_there_is_no_user_unless_the_program_says_so(serve: Serve) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.write({"user": self.current_user})

    assert serve(Application([("/", Page)])).get("/").json == {"user": None}

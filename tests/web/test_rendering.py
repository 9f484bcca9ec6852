from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fujita.template import DictLoader, Loader
from fujita.web import Application, RequestHandler, url
from tests.sites import Serve


@pytest.fixture(autouse=True)
def _no_loaders() -> None:
    RequestHandler._template_loaders.clear()


def rendering(template: str, name: str = "page.html", **settings: Any) -> Application:
    """Makes an application that answers with a template."""

    class Page(RequestHandler):
        def get(self) -> None:
            self.render(name, name="<é>")

    loader = DictLoader({"page.html": template})
    return Application([url("/", Page, name="page")], template_loader=loader, **settings)


def test_a_template_is_escaped_and_sent_as_utf8(serve: Serve) -> None:
    response = serve(rendering("{{ name }} {% raw name %}")).get("/")
    assert response.text == "&lt;é&gt; <é>"
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_escaping_may_be_switched_off(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ name }}")

    class Page(RequestHandler):
        def get(self) -> None:
            self.render("page.html", name="<b>")

    handlers = [("/", Page)]
    plain = Application(handlers, template_path=str(tmp_path), autoescape=None)
    assert serve(plain).get("/").text == "<b>"


def test_white_space_may_be_kept(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("a  \n\n  b")

    class Page(RequestHandler):
        def get(self) -> None:
            self.render("page.html")

    settings: dict[str, Any] = {"template_path": str(tmp_path), "template_whitespace": "all"}
    assert serve(Application([("/", Page)], **settings)).get("/").text == "a  \n\n  b"


def test_names_that_every_template_sees(serve: Serve) -> None:
    template = (
        "{{ handler.request.path }} {{ request.method }} {{ current_user }} {{ locale.code }}"
        " {{ _('hello') }} {{ pgettext('x', 'hello') }} {{ reverse_url('page') }}"
        " {{ static_url('a', include_version=False) }} {{ xsrf_form_html() is not None }}"
    )
    site = serve(rendering(template, static_path="static"))
    assert site.get("/").text == "/ GET None en_US hello hello / /static/a True"


def test_a_handler_may_add_names_and_arguments_win(serve: Serve) -> None:
    class Page(RequestHandler):
        def get_template_namespace(self) -> dict[str, Any]:
            return {**super().get_template_namespace(), "a": "added", "b": "added"}

        def get(self) -> None:
            self.write(self.render_string("page.html", b="given"))

    loader = DictLoader({"page.html": "{{ a }} {{ b }}"})
    site = serve(Application([("/", Page)], template_loader=loader))
    assert site.get("/").text == "added given"


def test_templates_may_call_ui_methods(serve: Serve) -> None:
    def path_of(handler: RequestHandler, suffix: str) -> str:
        return handler.request.path + suffix

    site = serve(rendering("{{ path_of('!') }}", ui_methods={"path_of": path_of}))
    assert site.get("/").text == "/!"


def test_a_handler_may_have_a_template_path_of_its_own(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("own")

    class Page(RequestHandler):
        def get_template_path(self) -> str:
            return str(tmp_path)

        def get(self) -> None:
            self.render("page.html")

    assert serve(Application([("/", Page)], template_path="elsewhere")).get("/").text == "own"


def test_templates_stand_next_to_the_program(serve: Serve) -> None:
    beside = Path(__file__).with_name("beside.html")
    beside.write_text("{{ 1 + 1 }}")

    class Page(RequestHandler):
        def get(self) -> None:
            self.render("beside.html")

    try:
        assert serve(Application([("/", Page)])).get("/").text == "2"
    finally:
        beside.unlink()


@pytest.mark.parametrize(("cached", "expected"), [(True, "first"), (False, "second")])
def test_a_template_is_read_once_unless_in_debug_mode(
    serve: Serve, tmp_path: Path, cached: bool, expected: str
) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.render("page.html")

    (tmp_path / "page.html").write_text("first")
    settings: dict[str, Any] = {"compiled_template_cache": cached}
    site = serve(Application([("/", Page)], template_path=str(tmp_path), **settings))
    assert site.get("/").text == "first"
    (tmp_path / "page.html").write_text("second")
    assert site.get("/").text == expected


def test_a_handler_may_make_its_loader(serve: Serve, tmp_path: Path) -> None:
    made = []

    class Page(RequestHandler):
        def create_template_loader(self, template_path: str) -> Any:
            made.append(template_path)
            return Loader(template_path, autoescape=None)

        def get(self) -> None:
            self.render("page.html")

    (tmp_path / "page.html").write_text("{{ '<' }}")
    site = serve(Application([("/", Page)], template_path=str(tmp_path)))
    assert [site.get("/").text, site.get("/").text] == ["<", "<"]
    assert made == [str(tmp_path)]


def test_a_missing_template_is_a_server_error(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    assert serve(rendering("", name="missing.html")).get("/").status == 500
    assert "missing.html" in caplog.text


def test_render_ends_the_response(serve: Serve) -> None:
    done = []

    class Page(RequestHandler):
        async def get(self) -> None:
            await self.render("page.html")
            done.append(self._finished)

    site = serve(Application([("/", Page)], template_loader=DictLoader({"page.html": "x"})))
    assert site.get("/").text == "x"
    assert done == [True]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda h: h.static_url("a.txt", include_version=False), "/static/a.txt"),
        (
            lambda h: h.static_url("a.txt", include_host=True, include_version=False),
            "{url}/static/a.txt",
        ),
    ],
)
def test_static_url(serve: Serve, call: Callable[[RequestHandler], str], expected: str) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.write(call(self))

    site = serve(Application([("/", Page)], static_path="static"))
    assert site.get("/").text == expected.format(url=site.url)


def test_static_url_needs_a_path(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    assert serve(rendering("{{ static_url('a') }}")).get("/").status == 500
    assert "You must define the 'static_path' setting" in caplog.text


def test_static_url_may_be_overridden(serve: Serve) -> None:
    class Page(RequestHandler):
        def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:
            return f"https://cdn.example/{path}"

        def get(self) -> None:
            self.render("page.html")

    loader = DictLoader({"page.html": "{{ static_url('a') }}"})
    site = serve(Application([("/", Page)], template_loader=loader))
    assert site.get("/").text == "https://cdn.example/a"

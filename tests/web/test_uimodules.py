import re
from types import ModuleType
from typing import Any

import pytest

from fujita.template import DictLoader
from fujita.web import Application, RequestHandler, TemplateModule, UIModule
from tests.sites import Serve

PAGE = "<html><head>H</head><body>{}</body></html>"


class Entry(UIModule):
    def render(self, number: int, wide: bool = False) -> str:
        return f"<i>{number}{'w' if wide else ''}</i>"

    def embedded_javascript(self) -> str:
        return "entry();"

    def javascript_files(self) -> list[str]:
        return ["entry.js", "/absolute.js", "https://cdn.example/a.js"]

    def embedded_css(self) -> str:
        return ".entry {}"

    def css_files(self) -> str:
        return "entry.css"

    def html_head(self) -> str:
        return "<meta>"

    def html_body(self) -> str:
        return "<footer>"


class Plain(UIModule):
    def render(self) -> str:
        return f"{self.handler.request.path} {self.request.method} {self.ui is not None}"


def page(body: str, templates: dict[str, str] | None = None, **settings: Any) -> Application:
    class Page(RequestHandler):
        def get(self) -> None:
            self.render("page.html")

    RequestHandler._template_loaders.clear()
    loader = DictLoader({"page.html": PAGE.format(body), **(templates or {})})
    settings.setdefault("ui_modules", {"Entry": Entry, "Plain": Plain})
    settings.setdefault("static_path", "nowhere")
    return Application([("/", Page)], template_loader=loader, **settings)


def test_a_module_renders_where_it_is_called(serve: Serve) -> None:
    response = serve(page("{% module Plain() %}")).get("/")
    assert response.text == PAGE.format("/ GET True")


def test_what_a_module_needs_is_put_on_the_page_once(serve: Serve) -> None:
    response = serve(page("{% module Entry(1) %}{% module Entry(2, wide=True) %}")).get("/")
    head, _, body = response.text.partition("</head>")
    assert body.startswith("<body><i>1</i><i>2w</i>")
    assert re.findall("href=.*?>", head) == [
        'href="/static/entry.css" type="text/css" rel="stylesheet"/>'
    ]
    assert head.count("<style") == head.count(".entry {}") == 1
    assert head.count("<meta>") == 1
    assert re.findall('src="(.*?)"', body) == [
        "/static/entry.js",
        "/absolute.js",
        "https://cdn.example/a.js",
    ]
    assert body.count("entry();") == 1
    assert "//<![CDATA[\nentry();\n//]]>" in body
    assert body.count("<footer>") == 1
    assert body.index("src=") < body.index("entry();") < body.index("<footer>")
    assert response.text.endswith("</body></html>")


def test_modules_may_be_called_as_functions(serve: Serve) -> None:
    response = serve(page("{% raw modules.Entry(3) %}")).get("/")
    assert "<i>3</i>" in response.text
    assert "entry.css" in response.text


def test_an_unknown_module_is_an_error(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    assert serve(page("{% module Missing() %}")).get("/").status == 500
    assert "Missing" in caplog.text


def test_template_modules_say_what_they_need(serve: Serve) -> None:
    entry = (
        '{{ set_resources(embedded_css=".e {}", embedded_javascript="e();", '
        'css_files=["/one.css", "/two.css"], javascript_files="/one.js", '
        'html_head="<meta>", html_body="<footer>") }}<b>{{ number }}</b>'
    )
    body = '{% for n in (1, 2) %}{% module Template("entry.html", number=n) %}{% end %}'
    text = serve(page(body, {"entry.html": entry})).get("/").text
    assert "<b>1</b><b>2</b>" in text
    for once in (".e {}", "e();", "/one.css", "/two.css", "/one.js", "<meta>", "<footer>"):
        assert text.count(once) == 1


def test_what_a_template_module_needs_may_not_change(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    body = '{% module Template("e.html", n=1) %}{% module Template("e.html", n=2) %}'
    entry = "{{ set_resources(embedded_css=str(n)) }}"
    assert serve(page(body, {"e.html": entry})).get("/").status == 500
    assert "set_resources called with different resources" in caplog.text


def test_a_template_module_does_not_see_the_page_s_names(serve: Serve) -> None:
    body = '{% set a = 1 %}{% module Template("e.html") %}'
    assert serve(page(body, {"e.html": "{{ a }}"})).get("/").status == 500


def test_modules_there_always_are(serve: Serve) -> None:
    body = '{% module linkify("see http://example.com") %}{% module xsrf_form_html() %}'
    text = serve(page(body)).get("/").text
    assert 'see <a href="http://example.com">http://example.com</a>' in text
    assert '<input type="hidden" name="_xsrf" value="' in text
    assert Application().ui_modules["Template"] is TemplateModule


def test_modules_and_methods_come_from_dictionaries_modules_and_lists() -> None:
    library = ModuleType("library")
    library.Entry = Entry  # type: ignore[attr-defined]
    library.Other = int  # type: ignore[attr-defined]
    library.method = lambda handler: "x"  # type: ignore[attr-defined]
    library.Upper = lambda handler: "x"  # type: ignore[attr-defined]
    application = Application(
        ui_modules=[library, {"Plain": Plain}], ui_methods=[library, {"more": lambda handler: "y"}]
    )
    assert application.ui_modules["Entry"] is Entry
    assert application.ui_modules["Plain"] is Plain
    assert "Other" not in application.ui_modules
    assert set(application.ui_methods) == {"method", "more"}


def test_tags_may_be_made_otherwise(serve: Serve) -> None:
    class Page(RequestHandler):
        def render_linked_js(self, js_files: Any) -> str:
            return f"<script src=/all.js?{len(list(js_files))}>"

        def render_linked_css(self, css_files: Any) -> str:
            return "<link all>"

        def render_embed_js(self, js_embed: Any) -> bytes:
            return b"<script>" + b"".join(js_embed)

        def render_embed_css(self, css_embed: Any) -> bytes:
            return b"<style own>"

        def get(self) -> None:
            self.render("page.html")

    RequestHandler._template_loaders.clear()
    loader = DictLoader({"page.html": PAGE.format("{% module Entry(1) %}")})
    application = Application([("/", Page)], template_loader=loader, ui_modules={"Entry": Entry})
    text = serve(application).get("/").text
    for expected in ("<script src=/all.js?3>", "<link all>", "<script>entry();", "<style own>"):
        assert expected in text


def test_a_module_renders_templates_too(serve: Serve) -> None:
    class Templated(UIModule):
        def render(self, name: str) -> bytes:
            return self.render_string("e.html", name=name)

    modules = {"Templated": Templated}
    site = serve(page("{% module Templated('<') %}", {"e.html": "{{ name }}"}, ui_modules=modules))
    assert "&lt;" in site.get("/").text


def test_render_has_to_be_written() -> None:
    class Empty(UIModule):
        pass

    with pytest.raises(NotImplementedError):
        Empty.render(object.__new__(Empty))

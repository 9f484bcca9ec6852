"""The part of a handler that renders templates and what their UI modules need on the page."""

import inspect
import os
import threading
from asyncio import Future
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from fujita import escape, template
from fujita.escape import utf8
from fujita.util import ObjectDict
from fujita.web.localization import LocalizationPart
from fujita.web.response import ResponsePart
from fujita.web.uimodules import UIModule, _UIModuleNamespace

if TYPE_CHECKING:
    from fujita.web.handler import RequestHandler


class RenderingPart(LocalizationPart, ResponsePart):
    """Templates."""

    _template_loaders: dict[str, template.BaseLoader] = {}  # noqa: RUF012 - shared on purpose
    _template_loader_lock = threading.Lock()

    _active_modules: dict[str, UIModule]

    @property
    def ui(self) -> ObjectDict:
        """The application's UI methods and modules, as templates see them."""
        if self._ui is None:
            self._ui = self._make_ui()
        return self._ui

    @ui.setter
    def ui(self, ui: ObjectDict) -> None:
        self._ui = ui

    def _make_ui(self) -> ObjectDict:
        handler = cast("RequestHandler", self)
        methods = self.application.ui_methods
        names: dict[str, Any] = {name: self._ui_method(methods[name]) for name in methods}
        # Modules come last: where both have a name, the module is what a template means.
        names["_tt_modules"] = _UIModuleNamespace(handler, self.application.ui_modules)
        names["modules"] = names["_tt_modules"]
        return ObjectDict(names)

    def render(self, template_name: str, **kwargs: Any) -> "Future[None]":
        """Answers with a template, and ends the response.

        Args:
            template_name: The template's file, relative to ``template_path``.
            **kwargs: Names for the template.

        Returns:
            What ``finish`` returns.

        Raises:
            RuntimeError: The response has been finished already.
        """
        if self._finished:
            raise RuntimeError("Cannot render() after finish()")
        html = self.render_string(template_name, **kwargs)
        modules = list(getattr(self, "_active_modules", {}).values())
        if modules:
            html = self._insert_resources(html, modules)
        return self.finish(html)

    def _insert_resources(self, html: bytes, modules: list[UIModule]) -> bytes:
        """Puts into the page what its modules need, once each, in the order of their use."""
        js_files = _unique_files(module.javascript_files() for module in modules)
        css_files = _unique_files(module.css_files() for module in modules)
        js_embed = [utf8(part) for part in (m.embedded_javascript() for m in modules) if part]
        css_embed = [utf8(part) for part in (m.embedded_css() for m in modules) if part]
        heads = [utf8(part) for part in (m.html_head() for m in modules) if part]
        bodies = [utf8(part) for part in (m.html_body() for m in modules) if part]
        if js_files:
            html = _insert(html, b"</body>", utf8(self.render_linked_js(js_files)))
        if js_embed:
            html = _insert(html, b"</body>", self.render_embed_js(js_embed))
        if css_files:
            html = _insert(html, b"</head>", utf8(self.render_linked_css(css_files)), first=True)
        if css_embed:
            html = _insert(html, b"</head>", self.render_embed_css(css_embed), first=True)
        if heads:
            html = _insert(html, b"</head>", b"".join(heads), first=True)
        if bodies:
            html = _insert(html, b"</body>", b"".join(bodies))
        return html

    def render_linked_js(self, js_files: Iterable[str]) -> str:
        """Gives the script tags of a page's script files; override it to combine them."""
        return "".join(
            f'<script src="{escape.xhtml_escape(url)}" type="text/javascript"></script>'
            for url in self._file_urls(js_files)
        )

    def render_embed_js(self, js_embed: Iterable[bytes]) -> bytes:
        """Gives the script tag around a page's embedded JavaScript."""
        return (
            b'<script type="text/javascript">\n//<![CDATA[\n'
            + b"\n".join(js_embed)
            + b"\n//]]>\n</script>"
        )

    def render_linked_css(self, css_files: Iterable[str]) -> str:
        """Gives the link tags of a page's style sheets; override it to combine them."""
        return "".join(
            f'<link href="{escape.xhtml_escape(url)}" type="text/css" rel="stylesheet"/>'
            for url in self._file_urls(css_files)
        )

    def render_embed_css(self, css_embed: Iterable[bytes]) -> bytes:
        """Gives the style tag around a page's embedded CSS."""
        return b'<style type="text/css">\n' + b"\n".join(css_embed) + b"\n</style>"

    def _file_urls(self, files: Iterable[str]) -> list[str]:
        """Gives each file's URL once; relative ones are static files."""
        urls: dict[str, None] = {}
        for path in files:
            urls[path if _is_absolute(path) else self.static_url(path)] = None
        return list(urls)

    def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:
        """Gives the URL of a static file, with its version so that it may be cached for ever.

        Args:
            path: The file, relative to ``static_path``.
            include_host: Give an absolute URL; by default as the handler's attribute of this
                name says.
            **kwargs: For ``make_static_url`` of the static handler's class, which takes
                ``include_version=False``.

        Raises:
            Exception: The application has no ``static_path``.
        """
        from fujita.web.static import StaticFileHandler

        self.require_setting("static_path", "static_url")
        handler_class = self.settings.get("static_handler_class", StaticFileHandler)
        if include_host is None:
            include_host = getattr(self, "include_host", False)
        base = f"{self.request.protocol}://{self.request.host}" if include_host else ""
        url: str = handler_class.make_static_url(self.settings, path, **kwargs)
        return base + url

    def render_string(self, template_name: str, **kwargs: Any) -> bytes:
        """Renders a template.

        Args:
            template_name: The template's file, relative to ``template_path`` or, without
                that, to the file of the handler's class.
            **kwargs: Names for the template.

        Returns:
            The result as UTF-8.
        """
        loader = self._template_loader(self.get_template_path() or self._calling_folder())
        namespace = self.get_template_namespace()
        namespace.update(kwargs)
        return loader.load(template_name).generate(**namespace)

    def _template_loader(self, path: str) -> template.BaseLoader:
        with RenderingPart._template_loader_lock:
            loader = RenderingPart._template_loaders.get(path)
            if loader is None:
                loader = self.create_template_loader(path)
                RenderingPart._template_loaders[path] = loader
            return loader

    def _calling_folder(self) -> str:
        """Gives the folder of the program's file that asked for a template."""
        frame = inspect.currentframe()
        own = os.path.dirname(__file__)
        while frame is not None and os.path.dirname(frame.f_code.co_filename) == own:
            frame = frame.f_back
        assert frame is not None
        return os.path.dirname(frame.f_code.co_filename)

    def get_template_namespace(self) -> dict[str, Any]:
        """Gives the names that every template sees; override it to add to them."""
        namespace = {
            "handler": self,
            "request": self.request,
            "current_user": cast("RequestHandler", self).current_user,
            "locale": self.locale,
            "_": self.locale.translate,
            "pgettext": self.locale.pgettext,
            "static_url": self.static_url,
            "xsrf_form_html": self.xsrf_form_html,
            "reverse_url": self.reverse_url,
        }
        namespace.update(self.ui)
        return namespace

    def xsrf_form_html(self) -> str:
        """Gives the hidden field with the XSRF token."""
        raise NotImplementedError

    def reverse_url(self, name: str, *args: Any) -> str:
        """Gives the URL of a named route."""
        raise NotImplementedError

    def create_template_loader(self, template_path: str) -> template.BaseLoader:
        """Makes the loader for a folder; the same for all handlers.

        The settings ``template_loader``, ``autoescape`` and ``template_whitespace`` decide on
        it.
        """
        settings = self.application.settings
        if "template_loader" in settings:
            loader: template.BaseLoader = settings["template_loader"]
            return loader
        options = {}
        if "autoescape" in settings:
            # None is a value here: no escaping.
            options["autoescape"] = settings["autoescape"]
        if "template_whitespace" in settings:
            options["whitespace"] = settings["template_whitespace"]
        return template.Loader(template_path, **options)

    def get_template_path(self) -> str | None:
        """Gives the folder of the templates; override it for one per handler."""
        path: str | None = self.application.settings.get("template_path")
        return path

    def _ui_module(self, name: str, module: type[UIModule]) -> Callable[..., str | bytes]:
        """Makes a module a function that renders it, and notes that the page uses it."""

        def render(*args: Any, **kwargs: Any) -> str | bytes:
            if not hasattr(self, "_active_modules"):
                self._active_modules = {}
            if name not in self._active_modules:
                self._active_modules[name] = module(cast("RequestHandler", self))
            return self._active_modules[name].render(*args, **kwargs)

        return render

    def _ui_method(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Gives a UI method its first argument."""
        return lambda *args, **kwargs: method(self, *args, **kwargs)


def _is_absolute(path: str) -> bool:
    """Tells whether a path names a file without help of ``static_path``."""
    return path.startswith(("/", "http:", "https:"))


def _unique_files(groups: Iterable[Iterable[str] | str | None]) -> list[str]:
    files: dict[str, None] = {}
    for group in groups:
        for file in [group] if isinstance(group, str | bytes) else group or ():
            files[file] = None
    return list(files)


def _insert(html: bytes, tag: bytes, piece: bytes, first: bool = False) -> bytes:
    """Puts a line in front of a tag, the last of its kind unless ``first``."""
    at = html.index(tag) if first else html.rindex(tag)
    return html[:at] + piece + b"\n" + html[at:]

"""Units of a page that bring their own style sheets and scripts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fujita import escape

if TYPE_CHECKING:
    from fujita.web.handler import RequestHandler


class UIModule:
    """A unit that templates use as ``{% module Name(arguments) %}``.

    A subclass renders itself, and says what it needs on the page, which ``render`` of the
    handler then puts into its head or at its end, once.
    """

    def __init__(self, handler: "RequestHandler") -> None:
        self.handler = handler
        self.request = handler.request
        self.ui = handler.ui
        self.locale = handler.locale

    @property
    def current_user(self) -> Any:
        """The handler's ``current_user``."""
        return self.handler.current_user

    def render(self, *args: Any, **kwargs: Any) -> str | bytes:
        """Gives the unit's HTML; to be overridden."""
        raise NotImplementedError

    def embedded_javascript(self) -> str | None:
        """Gives JavaScript to be embedded in the page."""
        return None

    def javascript_files(self) -> Iterable[str] | None:
        """Gives the URLs of scripts; relative ones are static files."""
        return None

    def embedded_css(self) -> str | None:
        """Gives CSS to be embedded in the page."""
        return None

    def css_files(self) -> Iterable[str] | None:
        """Gives the URLs of style sheets; relative ones are static files."""
        return None

    def html_head(self) -> str | None:
        """Gives HTML for the end of the page's head."""
        return None

    def html_body(self) -> str | None:
        """Gives HTML for the end of the page's body."""
        return None

    def render_string(self, path: str, **kwargs: Any) -> bytes:
        """Renders a template."""
        return self.handler.render_string(path, **kwargs)


class _linkify(UIModule):
    """``{% module linkify(text) %}``: text with its links made clickable."""

    def render(self, text: str, **kwargs: Any) -> str:
        return escape.linkify(text, **kwargs)


class _xsrf_form_html(UIModule):
    """``{% module xsrf_form_html() %}``: the hidden field with the XSRF token."""

    def render(self) -> str:
        return self.handler.xsrf_form_html()


class TemplateModule(UIModule):
    """``{% module Template("file.html", name=value) %}``: a template of its own.

    Unlike an ``include``, it does not see the names of the page. Within it,
    ``set_resources(css_files=..., embedded_javascript=...)`` says what it needs on the page;
    that is taken once per file, so it may not depend on the arguments.
    """

    def __init__(self, handler: "RequestHandler") -> None:
        super().__init__(handler)
        self._resources_by_path: dict[str, dict[str, Any]] = {}

    def render(self, path: str, **kwargs: Any) -> bytes:
        """Renders the template."""

        def set_resources(**resources: Any) -> str:
            known = self._resources_by_path.setdefault(path, resources)
            if known != resources:
                raise ValueError(
                    f"set_resources called with different resources for the template {path}: "
                    f"{known!r} and then {resources!r}"
                )
            return ""

        return self.render_string(path, set_resources=set_resources, **kwargs)

    def _get_resources(self, key: str) -> Iterable[str]:
        return [
            resources[key] for resources in self._resources_by_path.values() if key in resources
        ]

    def embedded_javascript(self) -> str:
        """Gives what all templates have set."""
        return "\n".join(self._get_resources("embedded_javascript"))

    def javascript_files(self) -> Iterable[str]:
        """Gives what all templates have set."""
        return _flattened(self._get_resources("javascript_files"))

    def embedded_css(self) -> str:
        """Gives what all templates have set."""
        return "\n".join(self._get_resources("embedded_css"))

    def css_files(self) -> Iterable[str]:
        """Gives what all templates have set."""
        return _flattened(self._get_resources("css_files"))

    def html_head(self) -> str:
        """Gives what all templates have set."""
        return "".join(self._get_resources("html_head"))

    def html_body(self) -> str:
        """Gives what all templates have set."""
        return "".join(self._get_resources("html_body"))


def _flattened(resources: Iterable[str | list[str]]) -> list[str]:
    files: list[str] = []
    for resource in resources:
        if isinstance(resource, str | bytes):
            files.append(resource)
        else:
            files.extend(resource)
    return files


class _UIModuleNamespace:
    """``_tt_modules`` of templates: gives modules as functions."""

    def __init__(self, handler: "RequestHandler", ui_modules: dict[str, type[UIModule]]) -> None:
        self.handler = handler
        self.ui_modules = ui_modules

    def __getitem__(self, key: str) -> Any:
        return self.handler._ui_module(key, self.ui_modules[key])

    def __getattr__(self, key: str) -> Any:
        try:
            return self[key]
        except KeyError as error:
            raise AttributeError(str(error)) from None

"""Application: the handlers of a program, how requests find them, and their settings."""

import re
import socket
from collections.abc import Sequence
from inspect import isclass
from types import ModuleType
from typing import Any, TypeAlias

from fujita import autoreload
from fujita.httpserver import HTTPServer
from fujita.httputil import HTTPMessageDelegate, HTTPServerRequest
from fujita.log import access_log
from fujita.routing import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    ReversibleRouter,
    ReversibleRuleRouter,
    Rule,
)
from fujita.routing.routers import Rules
from fujita.web.delegate import NO_ARGUMENTS, _HandlerDelegate, run
from fujita.web.handler import RequestHandler
from fujita.web.route_cache import RouteCache
from fujita.web.simple_handlers import ErrorHandler
from fujita.web.static import StaticFileHandler
from fujita.web.transforms import GZipContentEncoding, OutputTransform
from fujita.web.uimodules import TemplateModule, UIModule, _linkify, _xsrf_form_html

UIMethods: TypeAlias = ModuleType | dict[str, Any] | list[Any] | None


class _ApplicationRouter(ReversibleRuleRouter):
    """Routes to handler classes, and to lists of rules as to routers of their own."""

    def __init__(self, application: "Application", rules: Rules | None = None) -> None:
        assert isinstance(application, Application)
        self.application = application
        super().__init__(rules)

    def process_rule(self, rule: Rule) -> Rule:
        rule = super().process_rule(rule)
        if isinstance(rule.target, list | tuple):
            rule.target = _ApplicationRouter(self.application, rule.target)
        return rule

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        if isclass(target) and issubclass(target, RequestHandler):
            return self.application.get_handler_delegate(request, target, **target_params)
        return super().get_target_delegate(target, request, **target_params)


class Application(ReversibleRouter):
    """A web application: a list of routes, and settings.

        application = Application([(r"/", MainHandler)], debug=True)
        application.listen(8888)

    Args:
        handlers: Rules, or tuples ``(pattern, handler, kwargs, name)`` of which the first two
            are needed. The first whose pattern matches a request's path answers it.
        default_host: The host whose handlers answer requests to a host that none match.
        transforms: Classes of ``OutputTransform`` for every response.
        **settings: Anything; some names have a meaning, as ``debug``, ``static_path``,
            ``template_path``, ``cookie_secret``, ``xsrf_cookies``, ``login_url``.

    Source: Tornado ``web.Application``.
    """

    def __init__(
        self,
        handlers: Rules | None = None,
        default_host: str | None = None,
        transforms: list[type[OutputTransform]] | None = None,
        **settings: Any,
    ) -> None:
        self.transforms: list[type[OutputTransform]] = [] if transforms is None else transforms
        if transforms is None and (settings.get("compress_response") or settings.get("gzip")):
            self.transforms.append(GZipContentEncoding)
        self.default_host = default_host
        self.settings = settings
        self.ui_modules: dict[str, type[UIModule]] = {
            "linkify": _linkify,
            "xsrf_form_html": _xsrf_form_html,
            "Template": TemplateModule,
        }
        self.ui_methods: dict[str, Any] = {}
        self._load_ui_modules(settings.get("ui_modules", {}))
        self._load_ui_methods(settings.get("ui_methods", {}))
        if settings.get("debug"):
            settings.setdefault("autoreload", True)
            settings.setdefault("compiled_template_cache", False)
            settings.setdefault("static_hash_cache", False)
            settings.setdefault("serve_traceback", True)
        self._route_cache = RouteCache(_ApplicationRouter)
        own = type(self)
        self._is_plain = (
            own.find_handler is Application.find_handler
            and own.get_handler_delegate is Application.get_handler_delegate
        )
        """Whether no subclass has a say in who answers."""
        self.wildcard_router = _ApplicationRouter(
            self, [*self._static_handlers(), *(handlers or [])]
        )
        self.default_router = _ApplicationRouter(self, [Rule(AnyMatches(), self.wildcard_router)])
        if settings.get("autoreload"):
            autoreload.start()

    def _static_handlers(self) -> list[Any]:
        """Gives the routes that ``static_path`` stands for."""
        settings = self.settings
        path = settings.get("static_path")
        if not path:
            return []
        prefix = settings.get("static_url_prefix", "/static/")
        handler = settings.get("static_handler_class", StaticFileHandler)
        arguments = {**settings.get("static_handler_args", {}), "path": path}
        patterns = [re.escape(prefix) + "(.*)", r"/(favicon\.ico)", r"/(robots\.txt)"]
        routes: list[Any] = [(pattern, handler, arguments) for pattern in patterns]
        # A program may look for them where Tornado puts them: in front, in this order.
        return routes[::-1]

    def _forget_cached_files(self) -> None:
        """Makes templates and static files be read anew, where the settings ask for it."""
        if not self.settings.get("compiled_template_cache", True):
            with RequestHandler._template_loader_lock:
                for loader in RequestHandler._template_loaders.values():
                    loader.reset()
        if not self.settings.get("static_hash_cache", True):
            StaticFileHandler.reset()

    def listen(
        self,
        port: int,
        address: str | None = None,
        *,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = 128,
        flags: int | None = None,
        reuse_port: bool = False,
        **kwargs: Any,
    ) -> HTTPServer:
        """Starts a server for this application.

        Args:
            port: The port to listen on.
            address: An IP address or host name, all interfaces by default.
            family: ``socket.AF_INET`` or ``socket.AF_INET6`` for one of the two only.
            backlog: How many connections may wait to be accepted.
            flags: Flags for ``socket.getaddrinfo``.
            reuse_port: Let other processes listen on the same port.
            **kwargs: Arguments of ``HTTPServer``.

        Returns:
            The server.
        """
        server = HTTPServer(self, **kwargs)
        server.listen(port, address, family, backlog, flags, reuse_port)
        return server

    def add_handlers(self, host_pattern: str, host_handlers: Rules) -> None:
        """Adds routes for the hosts that match a pattern.

        Patterns are tried in the order in which they were added, all of them before the
        routes of the constructor.
        """
        matcher = HostMatches(host_pattern)
        rule = Rule(matcher, _ApplicationRouter(self, host_handlers))
        self.default_router.rules.insert(-1, rule)
        if self.default_host is not None:
            self.wildcard_router.add_rules(
                [(DefaultHostMatches(self, matcher.host_pattern), host_handlers)]
            )

    def add_transform(self, transform_class: type[OutputTransform]) -> None:
        """Adds an ``OutputTransform`` for every response."""
        self.transforms.append(transform_class)

    def _load_ui_methods(self, methods: UIMethods) -> None:
        for source in methods if isinstance(methods, list) else [methods]:
            for name, value in _public_names(source):
                if callable(value) and name[:1].islower():
                    self.ui_methods[name] = value

    def _load_ui_modules(self, modules: UIMethods) -> None:
        for source in modules if isinstance(modules, list) else [modules]:
            for name, value in _public_names(source):
                if isclass(value) and issubclass(value, UIModule):
                    self.ui_modules[name] = value

    def __call__(self, request: HTTPServerRequest) -> Any:
        """Answers a complete request; Tornado's interface before delegates."""
        delegate = self.find_handler(request)
        assert isinstance(delegate, _HandlerDelegate)
        return delegate.execute()

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        """Finds the handler for a request; one that answers 404 where there is none."""
        route = self._route_cache.find(self, request)
        if route is not None:
            return self.get_handler_delegate(request, *route)
        delegate = self.default_router.find_handler(request)
        if delegate is not None:
            return delegate
        default = self.settings.get("default_handler_class")
        if default:
            arguments = self.settings.get("default_handler_args", {})
            return self.get_handler_delegate(request, default, arguments)
        return self.get_handler_delegate(request, ErrorHandler, {"status_code": 404})

    def _answer(self, request: HTTPServerRequest) -> bool:
        """Answers a request without a body, where its route is remembered."""
        if not self._is_plain:
            return False
        route = self._route_cache.find(self, request)
        if route is None:
            return False
        handler_class, handler_kwargs, path_args, path_kwargs = route
        if handler_class._stream_request_body:
            return False
        if handler_kwargs is None:
            handler = handler_class(self, request)
        else:
            handler = handler_class(self, request, **handler_kwargs)
        run(handler, path_args or (), path_kwargs or NO_ARGUMENTS)
        return True

    def get_handler_delegate(
        self,
        request: HTTPServerRequest,
        target_class: type[RequestHandler],
        target_kwargs: dict[str, Any] | None = None,
        path_args: list[bytes] | None = None,
        path_kwargs: dict[str, bytes] | None = None,
    ) -> _HandlerDelegate:
        """Gives the delegate that runs a handler for a request.

        Args:
            request: The request.
            target_class: The handler's class.
            target_kwargs: Arguments for its ``initialize``.
            path_args: Positional arguments for ``get``, ``post`` and their like.
            path_kwargs: Keyword arguments for them.
        """
        return _HandlerDelegate(self, request, target_class, target_kwargs, path_args, path_kwargs)

    def reverse_url(self, name: str, *args: Any) -> str:
        """Gives the URL of the route called ``name``.

        Raises:
            KeyError: There is no such route.
        """
        url = self.default_router.reverse_url(name, *args)
        if url is None:
            raise KeyError(f"{name} not found in named urls")
        return url

    def log_request(self, handler: RequestHandler) -> None:
        """Writes a completed request to the access log; see the setting ``log_function``.

        Level INFO below status 400, WARNING below 500, ERROR from there on.
        """
        log_function = self.settings.get("log_function")
        if log_function is not None:
            log_function(handler)
            return
        status = handler._status_code
        if status < 400:
            # The one line that most requests come to; most programs do not show it.
            if not access_log.isEnabledFor(20):
                return
            log = access_log.info
        else:
            log = access_log.warning if status < 500 else access_log.error
        milliseconds = 1000.0 * handler.request.request_time()
        log("%d %s %.2fms", status, handler._request_summary(), milliseconds)


def _public_names(source: Any) -> Sequence[tuple[str, Any]]:
    """Lists the names that a module or dictionary offers."""
    if source is None:
        return []
    if isinstance(source, ModuleType):
        return [(name, getattr(source, name)) for name in dir(source)]
    return list(source.items())

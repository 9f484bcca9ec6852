"""Remembers which route a path takes."""

from typing import TYPE_CHECKING, Any, TypeAlias

from fujita.httputil import HTTPServerRequest
from fujita.routing import AnyMatches, HostMatches, PathMatches, RuleRouter
from fujita.routing.rule_list import changes
from fujita.web.base import HandlerBase

if TYPE_CHECKING:
    from fujita.web.application import Application

Route: TypeAlias = tuple[
    type[Any], dict[str, Any] | None, list[bytes] | None, dict[str, bytes] | None
]
"""What ``get_handler_delegate`` takes: handler, its arguments, those of its method."""

UNPLAIN: Route = (object, None, None, None)

CAPACITY = 2048

LONGEST_PATH = 256
"""Longer paths are not remembered: clients choose them."""


class RouteCache:
    """Where a path led last time, so that its rules need not be tried again.

    It answers only for applications that route by host and path alone, and no other way than
    by Tornado's own matchers and routers, for then the same host and path lead to the same
    place. That is looked at when a path is first seen, and all is forgotten whenever a list of
    rules has changed.

    Args:
        router_class: The class of an application's own routers; a subclass may go its own way.
    """

    __slots__ = ("_by_host", "_changes", "_router_class", "_routes")

    def __init__(self, router_class: type[RuleRouter]) -> None:
        self._router_class = router_class
        self._routes: dict[Any, Route] = {}
        self._changes = -1
        self._by_host = False

    def find(self, application: "Application", request: HTTPServerRequest) -> Route | None:
        """Gives the route of a request, ``None`` if it has to be looked for."""
        if self._changes != changes.count:
            self._routes.clear()
            self._by_host = _asks_for_host(application.default_router)
            self._changes = changes.count
        path = request.path
        key = (request.host_name, path) if self._by_host else path
        route = self._routes.get(key)
        if route is not None:
            return route
        if len(path) > LONGEST_PATH:
            return None
        route = self._follow(application.default_router, request)
        if route is UNPLAIN:
            return None
        if route is not None:
            if len(self._routes) >= CAPACITY:
                self._routes.clear()
            self._routes[key] = route
        return route

    def _follow(self, router: RuleRouter, request: HTTPServerRequest) -> Route | None:
        """Goes the way that ``RuleRouter.find_handler`` goes, as long as it is a plain one.

        Returns:
            The route; ``None`` if no rule takes the request; ``UNPLAIN`` if one has a say that
            may say otherwise next time.
        """
        if type(router) is not self._router_class:
            return UNPLAIN
        for rule in router.rules:
            if type(rule.matcher) not in (AnyMatches, HostMatches, PathMatches):
                return UNPLAIN
            found = rule.matcher.match(request)
            if found is None:
                continue
            target = rule.target
            if isinstance(target, type) and issubclass(target, HandlerBase):
                arguments = found.get("path_args"), found.get("path_kwargs")
                return (target, rule.target_kwargs or None, *arguments)
            if not isinstance(target, RuleRouter) or found or rule.target_kwargs:
                return UNPLAIN
            route = self._follow(target, request)
            if route is not None:
                return route
        return None


def _asks_for_host(router: RuleRouter) -> bool:
    """Tells whether any rule depends on the host."""
    return any(
        type(rule.matcher) is HostMatches
        or (isinstance(rule.target, RuleRouter) and _asks_for_host(rule.target))
        for rule in router.rules
    )

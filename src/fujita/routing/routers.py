"""Routers: from a request to its delegate."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

from fujita.httpserver.delegates import CallbackDelegate
from fujita.httputil import (
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)
from fujita.httputil.routing import RequestRouter
from fujita.log import app_log
from fujita.routing.matchers import Matcher, PathMatches
from fujita.routing.rule_list import RuleList, changes
from fujita.routing.rules import Rule

Rules: TypeAlias = Sequence[
    Rule
    | list[Any]
    | tuple[str | Matcher, Any]
    | tuple[str | Matcher, Any, dict[str, Any]]
    | tuple[str | Matcher, Any, dict[str, Any], str]
]
"""Rules, or tuples of a rule's arguments; a path pattern may stand for its matcher."""


class Router(RequestRouter):
    """Gives requests their delegates; a subclass says which in ``find_handler``."""


class ReversibleRouter(Router):
    """A router that knows the URLs of what it routes to by name."""

    def reverse_url(self, name: str, *args: Any) -> str | None:
        """Gives the URL of the route called ``name``.

        Args:
            name: The name of a rule.
            *args: The values of its pattern's groups.

        Returns:
            The URL, ``None`` if there is no such route.
        """
        raise NotImplementedError


class RuleRouter(Router):
    """Goes by a list of rules; the first that accepts a request decides.

    Args:
        rules: Rules, or tuples of a rule's arguments.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = []
        if rules:
            self.add_rules(rules)

    @property
    def rules(self) -> list[Rule]:
        """The rules, in the order in which they are tried; may be changed or replaced."""
        return self._rules

    @rules.setter
    def rules(self, rules: list[Rule]) -> None:
        self._rules = RuleList(rules)
        changes.count += 1

    def add_rules(self, rules: Rules) -> None:
        """Adds rules behind those there are."""
        for given in rules:
            if isinstance(given, Rule):
                rule = given
            else:
                assert len(given) in (2, 3, 4), f"a rule takes 2 to 4 values: {given!r}"
                matcher, *rest = given
                if isinstance(matcher, str):
                    matcher = PathMatches(matcher)
                rule = Rule(matcher, *rest)
            self.rules.append(self.process_rule(rule))

    def process_rule(self, rule: Rule) -> Rule:
        """Changes a rule before it is added; for subclasses."""
        return rule

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Gives the delegate of the first rule that accepts the request and has one."""
        for rule in self.rules:
            target_params = rule.matcher.match(request)
            if target_params is None:
                continue
            if rule.target_kwargs:
                target_params["target_kwargs"] = rule.target_kwargs
            delegate = self.get_target_delegate(rule.target, request, **target_params)
            if delegate is not None:
                return delegate
        return None

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Gives a target's delegate for a request.

        Args:
            target: A rule's target. Subclasses may know more kinds of them.
            request: The request.
            **target_params: What the rule's matcher found, and ``target_kwargs``.

        Returns:
            The delegate, ``None`` if the target has none for this request.
        """
        if isinstance(target, RequestRouter):
            return target.find_handler(request, **target_params)
        if isinstance(target, HTTPServerConnectionDelegate):
            return target.start_request(request.server_connection, request.connection)
        if callable(target):
            function: Callable[..., Any] = partial(target, **target_params)
            return CallbackDelegate(function, request)
        return None


class ReversibleRuleRouter(ReversibleRouter, RuleRouter):
    """A ``RuleRouter`` whose rules may have names.

    Attributes:
        named_rules: The rules by their names.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.named_rules: dict[str, Rule] = {}
        super().__init__(rules)

    def process_rule(self, rule: Rule) -> Rule:
        """Notes the rule's name."""
        rule = super().process_rule(rule)
        if rule.name:
            if rule.name in self.named_rules:
                app_log.warning("Multiple handlers named %s; replacing previous value", rule.name)
            self.named_rules[rule.name] = rule
        return rule

    def reverse_url(self, name: str, *args: Any) -> str | None:
        """Gives the URL of a named rule, of this router or of one beneath it."""
        named = self.named_rules.get(name)
        if named is not None:
            return named.matcher.reverse(*args)
        for rule in self.rules:
            if isinstance(rule.target, ReversibleRouter):
                url = rule.target.reverse_url(name, *args)
                if url is not None:
                    return url
        return None

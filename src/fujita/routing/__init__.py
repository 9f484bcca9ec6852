"""Finds out who answers a request.

A ``Router`` gives a request a delegate; a ``RuleRouter`` does so by a list of ``Rule``s, each
a ``Matcher`` with a target: a handler class, a function, an application, or another router.

Source: Tornado ``routing``.
"""

from fujita.routing.matchers import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    Matcher,
    PathMatches,
    _unquote_or_none,
)
from fujita.routing.routers import (
    ReversibleRouter,
    ReversibleRuleRouter,
    Router,
    RuleRouter,
)
from fujita.routing.rules import Rule, URLSpec

__all__ = [
    "AnyMatches",
    "DefaultHostMatches",
    "HostMatches",
    "Matcher",
    "PathMatches",
    "ReversibleRouter",
    "ReversibleRuleRouter",
    "Router",
    "Rule",
    "RuleRouter",
    "URLSpec",
    "_unquote_or_none",
]

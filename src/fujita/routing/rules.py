"""A condition and who answers the requests that meet it."""

import re
from typing import Any

from fujita.routing.matchers import Matcher, PathMatches
from fujita.util import import_object


class Rule:
    """Sends the requests that a matcher accepts to a target.

    Args:
        matcher: The condition.
        target: What answers: a handler class, a function, a router, or a delegate.
        target_kwargs: What the target gets in addition to what the matcher finds.
        name: A name for ``reverse_url``.
    """

    def __init__(
        self,
        matcher: Matcher,
        target: Any,
        target_kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        # A dotted name saves importing the target where the rules are listed.
        self.target = import_object(target) if isinstance(target, str) else target
        self.matcher = matcher
        self.target_kwargs = target_kwargs or {}
        self.name = name

    def reverse(self, *args: Any) -> str | None:
        """Gives the URL for these arguments, as the matcher does."""
        return self.matcher.reverse(*args)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.matcher!r}, {self.target}, "
            f"kwargs={self.target_kwargs!r}, name={self.name!r})"
        )


class URLSpec(Rule):
    """Sends the requests for a path to a handler.

    Args:
        pattern: A regular expression for the path; its groups are the handler's arguments.
        handler: A ``RequestHandler`` class, or its dotted name.
        kwargs: Arguments for the handler's ``initialize``.
        name: A name for ``reverse_url``.
    """

    def __init__(
        self,
        pattern: str | re.Pattern[str],
        handler: Any,
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        matcher = PathMatches(pattern)
        super().__init__(matcher, handler, kwargs, name)
        self.regex = matcher.regex
        self.handler_class = self.target
        self.kwargs = kwargs

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.regex.pattern!r}, {self.handler_class}, "
            f"kwargs={self.kwargs!r}, name={self.name!r})"
        )

"""Conditions on a request."""

import re
from typing import Any

from fujita.escape import url_escape, url_unescape, utf8
from fujita.httputil import HTTPServerRequest
from fujita.util import re_unescape


class Matcher:
    """A condition that a request meets or does not."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Tests a request.

        Returns:
            ``None`` if the request does not meet the condition, else the arguments that its
            target is to be found or called with: ``path_args`` and ``path_kwargs`` for a
            handler class.
        """
        raise NotImplementedError

    def reverse(self, *args: Any) -> str | None:
        """Gives a URL that meets the condition, ``None`` where there is no such thing."""
        return None


class AnyMatches(Matcher):
    """Every request meets this."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Matches."""
        return {}


class HostMatches(Matcher):
    """A request to a host whose name matches a pattern.

    Args:
        host_pattern: A regular expression for the whole host name, port left out.
    """

    def __init__(self, host_pattern: str | re.Pattern[str]) -> None:
        self.host_pattern = _whole(host_pattern)

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Matches the request's host name."""
        return {} if self.host_pattern.match(request.host_name) else None


class DefaultHostMatches(Matcher):
    """A request that no proxy has touched, where the application's default host matches.

    Args:
        application: Has the ``default_host``.
        host_pattern: A compiled regular expression for it.
    """

    def __init__(self, application: Any, host_pattern: re.Pattern[str]) -> None:
        self.application = application
        self.host_pattern = host_pattern

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Matches the default host, unless ``X-Real-Ip`` shows a proxy."""
        if "X-Real-Ip" in request.headers:
            return None
        return {} if self.host_pattern.match(self.application.default_host) else None


class PathMatches(Matcher):
    """A request whose path matches a pattern.

    Args:
        path_pattern: A regular expression for the whole path. Its groups become the handler's
            arguments: positional, or by keyword if they are named.

    Raises:
        AssertionError: Some groups are named and others are not.
    """

    def __init__(self, path_pattern: str | re.Pattern[str]) -> None:
        self.regex = _whole(path_pattern)
        if self.regex.groupindex:
            assert len(self.regex.groupindex) == self.regex.groups, (
                "groups in url regexes must either be all named or all positional: "
                f"{self.regex.pattern!r}"
            )
        self._path, self._group_count = self._find_groups()

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Matches the request's path, and gives its groups with their escapes undone."""
        return self.match_path(request.path)

    def match_path(self, path: str) -> dict[str, Any] | None:
        """Matches a path as ``match`` does that of a request."""
        found = self.regex.match(path)
        if found is None:
            return None
        if not self.regex.groups:
            return {}
        if self.regex.groupindex:
            named = found.groupdict()
            return {
                "path_args": [],
                "path_kwargs": {name: _unquote_or_none(named[name]) for name in named},
            }
        return {
            "path_args": [_unquote_or_none(group) for group in found.groups()],
            "path_kwargs": {},
        }

    def reverse(self, *args: Any) -> str | None:
        """Gives the path whose groups are ``args``.

        Raises:
            ValueError: The pattern is too intricate to be turned around.
            AssertionError: The number of arguments is not the pattern's.
        """
        if self._path is None:
            raise ValueError(f"Cannot reverse url regex {self.regex.pattern}")
        assert len(args) == self._group_count, "required number of arguments not found"
        escaped = []
        for argument in args:
            text = argument if isinstance(argument, str | bytes) else str(argument)
            escaped.append(url_escape(utf8(text), plus=False))
        return self._path % tuple(escaped)

    def _find_groups(self) -> tuple[str | None, int | None]:
        """Makes a format of the pattern: literal text, and ``%s`` for each group.

        Returns:
            The format and the number of its groups; twice ``None`` if the pattern has groups
            within groups, or anything else beside them that is no literal text.
        """
        pattern = self.regex.pattern.removeprefix("^").removesuffix("$")
        if pattern.count("(") != self.regex.groups:
            return None, None
        head, *groups = pattern.split("(")
        pieces = [head]
        for group in groups:
            _, closing, literal = group.partition(")")
            if not closing:
                return None, None
            pieces += ["%s", literal]
        try:
            # A group's place must survive the undoing of escapes, and a literal "%" must not
            # be taken for one.
            text = [
                piece if piece == "%s" and index % 2 else re_unescape(piece).replace("%", "%%")
                for index, piece in enumerate(pieces)
            ]
        except ValueError:
            return None, None
        return "".join(text), self.regex.groups


def _whole(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    """Makes a pattern reach to the end of what it is matched with."""
    if isinstance(pattern, re.Pattern):
        return pattern
    return re.compile(pattern if pattern.endswith("$") else pattern + "$")


def _unquote_or_none(text: str | None) -> bytes | None:
    """Undoes URL escapes; a group that took no part in the match stays ``None``."""
    if text is None:
        return text
    return url_unescape(text, encoding=None, plus=False)

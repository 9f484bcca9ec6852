"""HTTPHeaders: header fields as a dictionary that knows about case and repetition."""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, Self

from fujita.httputil.errors import HTTPInputError
from fujita.wire.http1.fields import Fields, combined, normalize_name

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++")

# RFC 9110 section 5.5. Bytes beyond ASCII are opaque; text that never was bytes may hold any
# character beyond Latin-1 too.
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*+")
_TEXT_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*+")


class HTTPHeaders(MutableMapping[str, str]):
    """A dictionary of header fields whose keys are the same in any case.

    Indexing gives one string, the values of a repeated field joined by commas; ``get_list``
    gives them one by one.

        >>> headers = HTTPHeaders({"content-type": "text/html"})
        >>> headers["Content-Type"]
        'text/html'
        >>> headers.add("Set-Cookie", "a=1")
        >>> headers.add("set-cookie", "b=2")
        >>> headers.get_list("Set-Cookie")
        ['a=1', 'b=2']

    Source: Tornado ``httputil.HTTPHeaders``; RFC 9110 section 5.
    """

    __slots__ = ("__weakref__", "_fields", "_shared")

    def __init__(self, *args: Any, **kwargs: str) -> None:
        self._fields: Fields = {}
        self._shared = False
        if len(args) == 1 and not kwargs and isinstance(args[0], HTTPHeaders):
            self._fields = _copied(args[0]._fields)
        elif args or kwargs:
            self.update(*args, **kwargs)

    @classmethod
    def from_fields(cls, fields: Fields) -> Self:
        """Wraps a dictionary of normalized names without copying it."""
        headers = cls.__new__(cls)
        headers._fields = fields
        headers._shared = False
        return headers

    @classmethod
    def sharing(cls, fields: Fields) -> Self:
        """Wraps a dictionary that others use too: it is copied before the first change."""
        headers = cls.__new__(cls)
        headers._fields = fields
        headers._shared = True
        return headers

    def own_fields(self) -> Fields:
        """Gives the dictionary for changes, not copied unless others use it too."""
        if self._shared:
            self._fields = _copied(self._fields)
            self._shared = False
        return self._fields

    def to_fields(self) -> Fields:
        """Gives the values by normalized name, not copied: what ``wire`` serializes."""
        return self._fields

    def add(self, name: str, value: str, *, _chars_are_bytes: bool = True) -> None:
        """Adds a value beside those that the field may have already.

        Args:
            name: The field's name, in any case.
            value: The value to add.

        Raises:
            HTTPInputError: The name is no token, or the value holds a control character.
        """
        if _NAME.fullmatch(name) is None:
            raise HTTPInputError(f"Invalid header name {name!r}")
        if (_VALUE if _chars_are_bytes else _TEXT_VALUE).fullmatch(value) is None:
            raise HTTPInputError(f"Invalid header value {value!r}")
        name = normalize_name(name)
        fields = self.own_fields()
        previous = fields.get(name)
        if previous is None:
            fields[name] = value
        elif isinstance(previous, list):
            previous.append(value)
        else:
            fields[name] = [previous, value]

    def get_list(self, name: str) -> list[str]:
        """Gives all values of a field, an empty list where there is none."""
        value = self._fields.get(normalize_name(name))
        if value is None:
            return []
        return [value] if isinstance(value, str) else list(value)

    def get_all(self) -> Iterable[tuple[str, str]]:
        """Gives a pair of name and value for each field line there would be."""
        for name, value in self._fields.items():
            # What is no list is one value, bytes of a program's among them.
            if isinstance(value, list):
                for item in value:
                    yield name, item
            else:
                yield name, value

    def parse_line(self, line: str, *, _chars_are_bytes: bool = True) -> None:
        """Adds the field of one line.

            >>> headers = HTTPHeaders()
            >>> headers.parse_line("Content-Type: text/html")
            >>> headers.get("content-type")
            'text/html'

        Raises:
            HTTPInputError: The line has no colon, begins with a blank (obsolete folding, RFC
                9112 section 5.2, is refused), or its name or value is invalid.
        """
        line = line.removesuffix("\n").removesuffix("\r")
        if not line:
            return
        if line[0] in " \t":
            raise HTTPInputError("header line cannot start with whitespace, folding not supported")
        name, colon, value = line.partition(":")
        if not colon:
            raise HTTPInputError("no colon in header line")
        self.add(name, value.strip(" \t"), _chars_are_bytes=_chars_are_bytes)

    @classmethod
    def parse(cls, headers: str, *, _chars_are_bytes: bool = True) -> Self:
        r"""Reads a header section.

            >>> sorted(HTTPHeaders.parse("A: 1\r\nB: 2\r\n").items())
            [('A', '1'), ('B', '2')]

        Raises:
            HTTPInputError: A line is no valid field line.
        """
        parsed = cls()
        # Only LF ends a line here; splitlines() would also cut at NEL and its kind.
        for line in headers.split("\n"):
            parsed.parse_line(line, _chars_are_bytes=_chars_are_bytes)
        return parsed

    def __getitem__(self, name: str) -> str:
        return combined(self._fields[normalize_name(name)])

    def __setitem__(self, name: str, value: str) -> None:
        (self.own_fields() if self._shared else self._fields)[normalize_name(name)] = value

    def __delitem__(self, name: str) -> None:
        del self.own_fields()[normalize_name(name)]

    def get(self, name: str, default: Any = None) -> Any:
        """Gives a value as indexing does, ``default`` where there is none."""
        # The mixin's get() catches a KeyError, which costs five times as much.
        value = self._fields.get(normalize_name(name))
        if value is None:
            return default
        return value if type(value) is str else combined(value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and normalize_name(name) in self._fields

    def __len__(self) -> int:
        return len(self._fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def copy(self) -> Self:
        """Gives a copy that shares nothing with the original."""
        return self.from_fields(_copied(self._fields))

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_fields, (self._fields,)

    def __str__(self) -> str:
        return "".join([f"{name}: {value}\n" for name, value in self.get_all()])

    __unicode__ = __str__


def _copied(fields: Fields) -> Fields:
    return {
        name: list(value) if isinstance(value, list) else value for name, value in fields.items()
    }

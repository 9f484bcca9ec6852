"""One option: its definition and its value."""

from collections.abc import Callable
from typing import Any

from fujita.options.values import parse_range, parse_value


class Error(Exception):
    """An option is unknown, is defined twice, or gets a value that it cannot have."""


class InvalidValueError(Error, ValueError):
    """A text is not of the option's type."""


_UNSET: Any = object()


class Option:
    """The definition of an option, and its value once it has one.

    The attributes are those of Tornado's options, some of which programs read.

    Args:
        name: The name as it was defined.
        default: The value as long as none is set; a list if ``multiple``.
        type: The type of the value, or of its items if ``multiple``.
        help: What the help says of the option.
        metavar: What the help shows for the value.
        multiple: Whether the value is a list.
        file_name: The file that defines the option.
        group_name: The heading in the help.
        callback: Called with each new value.
    """

    def __init__(
        self,
        name: str,
        default: Any = None,
        type: type[Any] = str,
        help: str | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        file_name: str | None = None,
        group_name: str | None = None,
        callback: Callable[[Any], None] | None = None,
    ) -> None:
        self.name = name
        self.default = [] if multiple and default is None else default
        self.type = type
        self.help = help
        self.metavar = metavar
        self.multiple = multiple
        self.file_name = file_name
        self.group_name = group_name
        self.callback = callback
        self._value = _UNSET

    def value(self) -> Any:
        """Returns the value, or the default if none has been set."""
        return self.default if self._value is _UNSET else self._value

    def parse(self, text: str) -> Any:
        """Sets the value from text, and returns it.

        Raises:
            Error: The text is not of the option's type.
        """
        try:
            value = self._parsed_list(text) if self.multiple else parse_value(self.type, text)
        except (ValueError, TypeError, OverflowError) as error:
            expected = self.type.__name__
            if self.multiple:
                expected = f"a comma-separated list of {expected}"
            raise InvalidValueError(
                f"Option {self.name!r} is required to be {expected}, got {text!r}: {error}"
            ) from error
        self._assign(value)
        return value

    def _parsed_list(self, text: str) -> list[Any]:
        values: list[Any] = []
        for part in text.split(","):
            numbers = parse_range(self.type, part)
            if numbers is not None:
                values.extend(numbers)
            else:
                values.append(parse_value(self.type, part))
        return values

    def set(self, value: Any) -> None:
        """Sets the value.

        Raises:
            Error: The value is neither ``None`` nor of the option's type.
        """
        name = self.type.__name__
        if self.multiple:
            items = value if isinstance(value, list) else [_UNSET]
            if not all(item is None or isinstance(item, self.type) for item in items):
                raise Error(
                    f"Option {self.name!r} is required to be a list of {name}, got {value!r}"
                )
        elif value is not None and not isinstance(value, self.type):
            raise Error(f"Option {self.name!r} is required to be a {name} ({type(value)} given)")
        self._assign(value)

    def set_from_file(self, value: Any) -> None:
        """Sets the value to what a config file says: a value of its type, or text to parse.

        Raises:
            Error: It is neither.
        """
        if isinstance(value, str) and (self.multiple or self.type is not str):
            self.parse(value)
        else:
            self.set(value)

    def _assign(self, value: Any) -> None:
        self._value = value
        if self.callback is not None:
            self.callback(value)

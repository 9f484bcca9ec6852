"""The part of a handler that reads the arguments of query and form."""

import re

from fujita.web.base import HandlerBase
from fujita.web.errors import MissingArgumentError


class _ArgDefaultMarker:
    """Tells an absent default from ``None``."""


_ARG_DEFAULT = _ArgDefaultMarker()

Default = None | str | _ArgDefaultMarker

Source = dict[str, list[bytes]]


class ArgumentsPart(HandlerBase):
    """Arguments of query and form; the last value where a name has several."""

    _remove_control_chars_regex = re.compile(r"[\x00-\x08\x0e-\x1f]")

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """Makes text of an argument."""
        raise NotImplementedError

    def get_argument(
        self, name: str, default: Default = _ARG_DEFAULT, strip: bool = True
    ) -> str | None:
        """Gives an argument of query or form.

        Args:
            name: The argument's name.
            default: What to give if the request lacks it.
            strip: Take white space off both ends.

        Raises:
            MissingArgumentError: The request lacks it, and there is no default.
        """
        return self._get_argument(name, default, self.request.arguments, strip)

    def get_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Gives all values of an argument of query or form."""
        # A name in the place of strip is the mistake of reading on from get_argument.
        assert isinstance(strip, bool), "get_arguments() takes no default"
        return self._get_arguments(name, self.request.arguments, strip)

    def get_body_argument(
        self, name: str, default: Default = _ARG_DEFAULT, strip: bool = True
    ) -> str | None:
        """Gives an argument of the form, as ``get_argument`` does."""
        return self._get_argument(name, default, self.request.body_arguments, strip)

    def get_body_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Gives all values of an argument of the form."""
        return self._get_arguments(name, self.request.body_arguments, strip)

    def get_query_argument(
        self, name: str, default: Default = _ARG_DEFAULT, strip: bool = True
    ) -> str | None:
        """Gives an argument of the query, as ``get_argument`` does."""
        return self._get_argument(name, default, self.request.query_arguments, strip)

    def get_query_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Gives all values of an argument of the query."""
        return self._get_arguments(name, self.request.query_arguments, strip)

    def _get_argument(
        self, name: str, default: Default, source: Source, strip: bool = True
    ) -> str | None:
        values = self._get_arguments(name, source, strip=strip)
        if values:
            return values[-1]
        if isinstance(default, _ArgDefaultMarker):
            raise MissingArgumentError(name)
        return default

    def _get_arguments(self, name: str, source: Source, strip: bool = True) -> list[str]:
        values = []
        for value in source.get(name, ()):
            text = self.decode_argument(value, name=name)
            # Some override decode_argument to keep the bytes.
            if isinstance(text, str):
                # No form field has use for control characters; blanks and line ends stay.
                text = self._remove_control_chars_regex.sub(" ", text)
            values.append(text.strip() if strip else text)
        return values

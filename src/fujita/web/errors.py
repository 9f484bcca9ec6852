"""Exceptions that a handler raises to end its request."""

from typing import Any

from fujita import httputil


class HTTPError(Exception):
    """Ends a request with an error response.

    Args:
        status_code: The status of the response.
        log_message: What the log says, not the client; may have ``%`` places.
        *args: The values for those places.
        **kwargs: ``reason`` replaces the status's standard reason phrase.

    Source: Tornado ``web.HTTPError``.
    """

    def __init__(
        self, status_code: int = 500, log_message: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        self.status_code = status_code
        self._log_message = log_message
        self.args = args
        self.reason: str | None = kwargs.get("reason")

    @property
    def log_message(self) -> str | None:
        """The message with its ``%`` doubled if there are no values for it.

        Logging fills the places of what it is given, even without values.
        """
        if self._log_message and not self.args:
            return self._log_message.replace("%", "%%")
        return self._log_message

    def get_message(self) -> str | None:
        """Gives the message with its places filled."""
        if self._log_message and self.args:
            return self._log_message % self.args
        return self._log_message

    def __str__(self) -> str:
        reason = self.reason or httputil.responses.get(self.status_code, "Unknown")
        message = f"HTTP {self.status_code}: {reason}"
        details = self.get_message()
        return f"{message} ({details})" if details else message


class Finish(Exception):
    """Ends a request without an error, whatever it has written so far being its response.

    Args:
        *args: At most one, which is passed on to ``finish``.
    """


class MissingArgumentError(HTTPError):
    """A request without an argument that the handler needs; status 400.

    Attributes:
        arg_name: The argument's name.
    """

    def __init__(self, arg_name: str) -> None:
        super().__init__(400, f"Missing argument {arg_name}")
        self.arg_name = arg_name

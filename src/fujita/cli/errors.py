"""Errors that end a command with one line on standard error."""

import errno

import click


class CommandError(click.ClickException):
    """Ends the command with exit status 2.

    Args:
        message: What was wrong, what was expected and where, in one line.
    """

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.ctx = click.get_current_context(silent=True)


_HINTS = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another port",
    errno.EACCES: "ports below 1024 are the administrator's: choose a higher one",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def listening_hint(error: BaseException) -> str | None:
    """Says what can be done where a server cannot listen; None for any other error."""
    if not isinstance(error, OSError) or "listen" not in str(error):
        return None
    return _HINTS.get(error.errno or 0)

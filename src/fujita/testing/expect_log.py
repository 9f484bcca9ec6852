"""Log messages that a test expects."""

import logging
import re
import warnings
from types import TracebackType

from fujita.log import app_log


class ExpectLog(logging.Filter):
    """Swallows the log messages that match, within its ``with`` block, and demands that one does.

    Not safe across threads. ::

        with ExpectLog("tornado.application", "Uncaught exception"):
            self.fetch("/broken")

    Attributes:
        matched: How many messages matched.
        logged_stack: Whether any message of the logger, matching or not, had a traceback.
    """

    def __init__(
        self,
        logger: logging.Logger | str,
        regex: str,
        required: bool = True,
        level: int | None = None,
    ) -> None:
        """Sets what is expected.

        Args:
            logger: The logger or its name; only what is logged to it itself counts, not what comes
                from its children. ``""`` is the root logger.
            regex: Matched against the start of the formatted message.
            required: Whether leaving the block without a match is an error.
            level: If given, only messages of this level match, and the logger lets it through
                meanwhile. Without it, levels up to INFO match too, with a DeprecationWarning.
        """
        super().__init__()
        self.logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self.regex = re.compile(regex)
        self.required = required
        self.level = level
        self.orig_level: int | None = None
        self.matched = self.deprecated_level_matched = 0
        self.logged_stack = False

    def __enter__(self) -> "ExpectLog":
        self.logger.addFilter(self)
        if self.level is not None and not self.logger.isEnabledFor(self.level):
            self.orig_level = self.logger.level
            self.logger.setLevel(self.level)
        return self

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.orig_level is not None:
            self.logger.setLevel(self.orig_level)
        self.logger.removeFilter(self)
        if value is not None or not self.required:
            return
        if not self.matched:
            raise AssertionError(
                f"no message of logger {self.logger.name!r} matched {self.regex.pattern!r}"
            )
        if self.deprecated_level_matched == self.matched:
            warnings.warn(
                "ExpectLog matched at INFO or below without level argument",
                DeprecationWarning,
                stacklevel=2,
            )

    def filter(self, record: logging.LogRecord) -> bool:
        """Counts a message and swallows it if it matches."""
        if record.exc_info:
            self.logged_stack = True
        message = record.getMessage()
        if not self.regex.match(message):
            return True
        if self.level is None:
            self.deprecated_level_matched += record.levelno <= logging.INFO
        elif self.level != record.levelno:
            app_log.warning(
                "the expected log message %r came at level %s instead of %s",
                message,
                record.levelname,
                logging.getLevelName(self.level),
            )
            return True
        self.matched += 1
        return False

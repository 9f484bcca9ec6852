"""The part of a handler that shows errors."""

import traceback
from typing import Any

from fujita.escape import xhtml_escape
from fujita.web.execution import ExecutionPart


class ErrorPagePart(ExecutionPart):
    """The error page."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Writes the page of an error; override it for pages of your own.

        Args:
            status_code: The status, which has been set.
            **kwargs: ``exc_info`` is the exception's triple, if there was one.
        """
        if self.settings.get("serve_traceback") and "exc_info" in kwargs:
            self.set_header("Content-Type", "text/plain")
            for line in traceback.format_exception(*kwargs["exc_info"]):
                self.write(line)
            self.finish()
            return
        if self._should_not_send_content(status_code):
            self.finish()
            return
        title = f"{status_code}: {xhtml_escape(self._reason)}"
        self.finish(f"<html><title>{title}</title><body>{title}</body></html>")

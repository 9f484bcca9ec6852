"""The part of a WebSocket handler that is a response no more, once the connection is open."""

from asyncio import Future
from typing import Any

from fujita.web import RequestHandler


class UpgradedPart(RequestHandler):
    """Refuses what belongs to a response after the response has been sent.

    Until then, ``prepare`` may use all of it.
    """

    _upgraded = False

    def _refuse_if_upgraded(self) -> None:
        if self._upgraded:
            raise RuntimeError("Method not supported for Web Sockets")

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """As ``RequestHandler.write``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        super().write(chunk)

    def flush(self, include_footers: bool = False) -> "Future[None]":
        """As ``RequestHandler.flush``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        return super().flush(include_footers)

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> "Future[None]":
        """As ``RequestHandler.finish``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        return super().finish(chunk)

    def redirect(self, url: str, permanent: bool = False, status: int | None = None) -> None:
        """As ``RequestHandler.redirect``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        super().redirect(url, permanent, status)

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """As ``RequestHandler.set_status``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        super().set_status(status_code, reason)

    def set_header(self, name: str, value: Any) -> None:
        """As ``RequestHandler.set_header``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        super().set_header(name, value)

    def set_cookie(self, name: str, value: str | bytes, *args: Any, **kwargs: Any) -> None:
        """As ``RequestHandler.set_cookie``, while there is no WebSocket yet."""
        self._refuse_if_upgraded()
        super().set_cookie(name, value, *args, **kwargs)

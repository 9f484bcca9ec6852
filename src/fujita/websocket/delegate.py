"""What a connection asks of the handler, or the client, that it belongs to."""

from collections.abc import Awaitable
from types import TracebackType
from typing import Protocol


class _WebSocketDelegate(Protocol):
    """Hears of what comes in; each method may return something to wait for."""

    def on_ws_connection_close(
        self, close_code: int | None = None, close_reason: str | None = None
    ) -> Awaitable[None] | None:
        """Called once, when the connection is gone."""

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Called with each message."""

    def on_ping(self, data: bytes) -> Awaitable[None] | None:
        """Called with each Ping, after it has been answered."""

    def on_pong(self, data: bytes) -> Awaitable[None] | None:
        """Called with each Pong."""

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Called with what one of the others has raised."""

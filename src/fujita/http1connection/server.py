"""The server's side of a connection: one request after the other."""

import asyncio
from asyncio import Future

from fujita.http1connection.connection import HTTP1Connection
from fujita.http1connection.parameters import HTTP1ConnectionParameters
from fujita.httputil import HTTPServerConnectionDelegate
from fujita.iostream import IOStream, StreamClosedError
from fujita.log import gen_log


class HTTP1ServerConnection:
    """Serves HTTP/1.1 on a stream.

    Args:
        stream: The stream.
        params: Settings.
        context: Anything; for delegates, which find it as ``connection.context``.

    Attributes:
        stream: See above.
        params: See above.
        context: See above.
    """

    def __init__(
        self,
        stream: IOStream,
        params: HTTP1ConnectionParameters | None = None,
        context: object | None = None,
    ) -> None:
        self.stream = stream
        self.params = HTTP1ConnectionParameters() if params is None else params
        self.context = context
        self._serving: Future[None] | None = None

    def start_serving(self, delegate: HTTPServerConnectionDelegate) -> None:
        """Begins to serve.

        Args:
            delegate: Is asked for a delegate for each request.
        """
        self._serving = asyncio.ensure_future(
            self._serve(delegate), loop=self.stream.io_loop.asyncio_loop
        )

    async def close(self) -> None:
        """Closes the stream, and returns when nothing is served any more."""
        self.stream.close()
        if self._serving is not None:
            await asyncio.wait([self._serving])

    async def _serve(self, delegate: HTTPServerConnectionDelegate) -> None:
        try:
            while await self._serve_one(delegate):
                # Pipelined requests must not keep the loop's other callbacks waiting.
                await asyncio.sleep(0)
        finally:
            delegate.on_close(self)

    async def _serve_one(self, delegate: HTTPServerConnectionDelegate) -> bool:
        """Serves one request; tells whether another may follow."""
        connection = HTTP1Connection(self.stream, False, self.params, self.context)
        try:
            return await connection.read_response(delegate.start_request(self, connection))
        except StreamClosedError:
            # The usual end.
            pass
        except Exception:
            gen_log.error("Uncaught exception", exc_info=True)
        except asyncio.CancelledError:
            connection.close()
            raise
        connection.close()
        return False

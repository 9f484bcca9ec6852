"""Test cases that have a server and a client."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fujita.testing.async_case import AsyncTestCase, get_async_test_timeout
from fujita.testing.ports import bind_unused_port

# HTTP is imported when a test needs it: a test of, say, a TCP server is spared the time.
if TYPE_CHECKING:
    from fujita.httpclient import AsyncHTTPClient, HTTPResponse
    from fujita.httpserver import HTTPServer
    from fujita.web import Application

_CERTIFICATE = Path(__file__).with_name("localhost.crt")
_KEY = Path(__file__).with_name("localhost.key")


class AsyncHTTPTestCase(AsyncTestCase):
    """A test with a server that runs the application that `get_app` returns.

    ::

        class HelloTest(AsyncHTTPTestCase):
            def get_app(self):
                return hello.make_app()

            def test_front_page(self):
                response = self.fetch("/")
                self.assertEqual(response.code, 200)

    Attributes:
        http_client: The client to fetch with.
        http_server: The server, listening on 127.0.0.1.
    """

    http_client: "AsyncHTTPClient"
    http_server: "HTTPServer"

    def setUp(self) -> None:
        """Starts the server on a port of its own."""
        super().setUp()
        sock, self.__port = bind_unused_port()
        # Should what follows fail, tearDown() is not called.
        self.addCleanup(sock.close)
        self.http_client = self.get_http_client()
        self._app = self.get_app()
        self.http_server = self.get_http_server()
        self.http_server.add_sockets([sock])

    def tearDown(self) -> None:
        """Stops the server, closes its connections and the client."""
        # unittest keeps every test object until the end of the run; this frees what is big.
        server = self.http_server
        del self.http_server, self._app
        server.stop()
        self.io_loop.run_sync(server.close_all_connections, timeout=get_async_test_timeout())
        self.http_client.close()
        super().tearDown()

    def get_http_client(self) -> "AsyncHTTPClient":
        """Makes the client; override it to have another."""
        from fujita.httpclient import AsyncHTTPClient

        return AsyncHTTPClient()

    def get_http_server(self) -> "HTTPServer":
        """Makes the server; override it to have another.

        It refuses requests in Tornado's very bytes, which suites written for Tornado compare: a
        body that is too large gets a bare 400, where any other server of ours says 413.
        """
        from fujita.httpserver import HTTPServer

        server = HTTPServer(self._app, **self.get_httpserver_options())
        server.settings.tornado_refusals = True
        return server

    def get_app(self) -> "Application":
        """Makes the application, or another callback of `HTTPServer`; must be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must override get_app()")

    def fetch(self, path: str, raise_error: bool = False, **kwargs: Any) -> "HTTPResponse":
        """Fetches from the server and waits for the response.

        Args:
            path: A path with a query if need be, or a whole URL, also of another server.
            raise_error: Whether a status other than 2xx raises an `HTTPError`.
            **kwargs: More for `AsyncHTTPClient.fetch`, such as ``method`` and ``body``.
        """
        url = path if path.lower().startswith(("http://", "https://")) else self.get_url(path)
        response: HTTPResponse = self.io_loop.run_sync(
            lambda: self.http_client.fetch(url, raise_error=raise_error, **kwargs),
            timeout=get_async_test_timeout(),
        )
        return response

    def get_httpserver_options(self) -> dict[str, Any]:
        """Keyword arguments for the server; override it to have some."""
        return {}

    def get_http_port(self) -> int:
        """The server's port, another one for every test."""
        return self.__port

    def get_protocol(self) -> str:
        """The scheme of the server's URLs."""
        return "http"

    def get_url(self, path: str) -> str:
        """The whole URL of a path on the server."""
        return f"{self.get_protocol()}://127.0.0.1:{self.get_http_port()}{path}"


class AsyncHTTPSTestCase(AsyncHTTPTestCase):
    """The same with a server that speaks TLS, and a client that trusts it."""

    def get_http_client(self) -> "AsyncHTTPClient":
        """Makes a client that does not verify certificates."""
        from fujita.httpclient import AsyncHTTPClient

        return AsyncHTTPClient(force_instance=True, defaults={"validate_cert": False})

    def get_httpserver_options(self) -> dict[str, Any]:
        """Adds `get_ssl_options`."""
        return {"ssl_options": self.get_ssl_options()}

    def get_ssl_options(self) -> dict[str, Any]:
        """The server's TLS options; override it to have others."""
        return type(self).default_ssl_options()

    @staticmethod
    def default_ssl_options() -> dict[str, Any]:
        """A certificate for localhost that nobody vouches for, and its key.

        It serves tests only: everyone has the key.
        """
        return {"certfile": str(_CERTIFICATE), "keyfile": str(_KEY)}

    def get_protocol(self) -> str:
        """The scheme of the server's URLs."""
        return "https"

"""Handlers that a route can name as they are."""

from collections.abc import Callable
from string import Formatter
from typing import Any

from fujita.escape import to_unicode
from fujita.httputil import HTTPServerRequest, url_concat
from fujita.web.errors import HTTPError
from fujita.web.handler import RequestHandler
from fujita.web.redirects import scheme_and_host


class ErrorHandler(RequestHandler):
    """Answers every request with an error.

    Args (of ``initialize``):
        status_code: The status of that error.
    """

    def initialize(self, status_code: int) -> None:
        """Sets the status."""
        self.set_status(status_code)

    def prepare(self) -> None:
        """Raises the error."""
        raise HTTPError(self._status_code)

    def check_xsrf_cookie(self) -> None:
        """Lets a request without a token have its error too."""

    def check_trusted_origin(self, origin: str) -> bool:
        """Lets another site's request have its error too."""
        return True


class RedirectHandler(RequestHandler):
    """Sends the client elsewhere.

        (r"/(.*)/old/(.*)", RedirectHandler, {"url": "/{1}/new/{0}"})

    Args (of ``initialize``):
        url: Where to. The route's groups fill its places by ``str.format``; they may not
            change its scheme and host.
        permanent: Status 301 rather than 302.
    """

    def initialize(self, url: str, permanent: bool = True) -> None:
        """Takes the route's arguments."""
        self._url = url
        self._permanent = permanent

    def get(self, *args: Any, **kwargs: Any) -> None:
        """Redirects; the request's query goes along.

        Raises:
            HTTPError: The groups would lead to another host, or hold what no header may;
                status 400.
        """
        destination = self._url.format(*args, **kwargs)
        if not self._VALID_HEADER_CHARS.fullmatch(destination.encode().decode("latin-1")):
            raise HTTPError(400, "Redirect URL contains invalid characters")
        # Only what stands in front of the first place is the program's own word.
        beginning = next((literal for literal, *_ in Formatter().parse(self._url)), "")
        if scheme_and_host(destination) != scheme_and_host(beginning):
            raise HTTPError(400, "Redirect URL cannot change the scheme or netloc")
        query = [
            (name, to_unicode(value))
            for name, values in self.request.query_arguments.items()
            for value in values
        ]
        self.redirect(url_concat(destination, query), permanent=self._permanent)


class FallbackHandler(RequestHandler):
    """Leaves requests to another callback, such as an application or a WSGI container.

    Args (of ``initialize``):
        fallback: Called with the request.
    """

    def initialize(self, fallback: Callable[[HTTPServerRequest], None]) -> None:
        """Takes the route's argument."""
        self.fallback = fallback

    def prepare(self) -> None:
        """Hands the request over."""
        self.fallback(self.request)
        self._finished = True
        self.on_finish()

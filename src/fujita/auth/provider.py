"""What every mixin needs: the handler that it is part of, and a client for the provider."""

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from fujita import escape, httpclient

if TYPE_CHECKING:
    from fujita.web import RequestHandler


def handler_of(mixin: object) -> "RequestHandler":
    """Tells type checkers that a mixin is part of a handler.

    The mixins cannot be subclasses of `RequestHandler` in their eyes either: a program names them
    after it among its base classes.
    """
    return cast("RequestHandler", mixin)


class ProviderClient:
    """The mixins' way to their provider."""

    def get_auth_http_client(self) -> httpclient.AsyncHTTPClient:
        """Gives the client that requests to the provider go through; to be overridden."""
        return httpclient.AsyncHTTPClient()

    async def _fetch_json(self, url: str, form: dict[str, Any] | None = None) -> Any:
        """Fetches what a provider has at a URL.

        Args:
            url: The URL with all its arguments.
            form: What is to be posted; ``None`` makes it a GET.

        Returns:
            The decoded JSON.

        Raises:
            fujita.httpclient.HTTPError: No response, or none with a status of success.
            ValueError: The response is no JSON.
        """
        client = self.get_auth_http_client()
        if form is None:
            response = await client.fetch(url)
        else:
            response = await client.fetch(url, method="POST", body=urlencode(form))
        return escape.json_decode(response.body)

"""The command ``python -m fujita.httpclient URL``."""

import sys
from typing import Any

from fujita.httpclient.blocking import HTTPClient
from fujita.httpclient.errors import HTTPClientError
from fujita.httpclient.response import HTTPResponse
from fujita.options import define, options, parse_command_line

_REQUEST_OPTIONS = ("follow_redirects", "proxy_host", "proxy_port", "validate_cert")


def main() -> None:
    """Fetches the URLs of the command line and prints what comes."""
    define("follow_redirects", default=True, help="follow redirects")
    define("print_body", default=True, help="print the body")
    define("print_headers", default=False, help="print the header fields")
    define("proxy_host", type=str, help="host of a proxy")
    define("proxy_port", type=int, help="port of a proxy")
    define("validate_cert", default=True, help="verify certificates")
    urls = parse_command_line()
    settings = {name: options[name] for name in _REQUEST_OPTIONS}
    client = HTTPClient()
    try:
        for url in urls:
            _show(_fetch(client, url, settings))
    finally:
        client.close()


def _fetch(client: HTTPClient, url: str, settings: dict[str, Any]) -> HTTPResponse:
    try:
        response = client.fetch(url, raise_error=False, **settings)
    except (HTTPClientError, OSError, ValueError, NotImplementedError) as error:
        raise SystemExit(f"{url}: {error}") from None
    return response


def _show(response: HTTPResponse) -> None:
    if options.print_headers:
        print(response.headers)
    if options.print_body:
        sys.stdout.flush()
        sys.stdout.buffer.write(response.body + b"\n")
        sys.stdout.flush()

"""Requests without a connection, for tests of what looks at them."""

from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine


def request(target: str, host: str = "example.com", **headers: str) -> HTTPServerRequest:
    """Makes a GET request; a keyword ``X_Real_Ip`` becomes that header."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPServerRequest(
        start_line=RequestStartLine("GET", target, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": host, **fields}),
    )

"""HTTP's vocabulary for both of its ends: headers, requests, URLs, dates, cookies and forms."""

from http.client import responses

from fujita.httputil.body_config import (
    _DEFAULT_PARSE_BODY_CONFIG,
    ParseBodyConfig,
    ParseMultipartConfig,
    ParseUrlEncodedConfig,
    set_parse_body_config,
)
from fujita.httputil.cookies import parse_cookie
from fujita.httputil.dates import format_timestamp
from fujita.httputil.delegates import (
    HTTPConnection,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
)
from fujita.httputil.errors import HTTPInputError, HTTPOutputError
from fujita.httputil.examples import doctests
from fujita.httputil.files import HTTPFile, parse_body_arguments, parse_multipart_form_data
from fujita.httputil.grammar import _ABNF
from fujita.httputil.headers import HTTPHeaders
from fujita.httputil.parameters import _encode_header, _parse_header, encode_username_password
from fujita.httputil.ranges import _get_content_range, _int_or_none, _parse_request_range
from fujita.httputil.request import HTTPServerRequest
from fujita.httputil.start_lines import (
    RequestStartLine,
    ResponseStartLine,
    parse_request_start_line,
    parse_response_start_line,
)
from fujita.httputil.urls import qs_to_qsl, split_host_and_port, url_concat

HTTP_WHITESPACE = " \t"
"""The blanks that may surround a header's value (RFC 9110 section 5.6.3)."""

__all__ = [
    "HTTP_WHITESPACE",
    "_ABNF",
    "_DEFAULT_PARSE_BODY_CONFIG",
    "HTTPConnection",
    "HTTPFile",
    "HTTPHeaders",
    "HTTPInputError",
    "HTTPMessageDelegate",
    "HTTPOutputError",
    "HTTPServerConnectionDelegate",
    "HTTPServerRequest",
    "ParseBodyConfig",
    "ParseMultipartConfig",
    "ParseUrlEncodedConfig",
    "RequestStartLine",
    "ResponseStartLine",
    "_encode_header",
    "_get_content_range",
    "_int_or_none",
    "_parse_header",
    "_parse_request_range",
    "doctests",
    "encode_username_password",
    "format_timestamp",
    "parse_body_arguments",
    "parse_cookie",
    "parse_multipart_form_data",
    "parse_request_start_line",
    "parse_response_start_line",
    "qs_to_qsl",
    "responses",
    "set_parse_body_config",
    "split_host_and_port",
    "url_concat",
]

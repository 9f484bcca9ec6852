from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

LINE = RequestStartLine("GET", "/", "HTTP/1.1")
HEADERS = HTTPHeaders({"Host": "h"})


@pytest.mark.parametrize(
    ("make", "old"),
    [
        (partial(HTTPServerRequest, "GET", "/"), ["method, uri, and version", "start_line"]),
        (partial(HTTPServerRequest, start_line=LINE, uri="/"), ["method, uri, and version"]),
        (partial(HTTPServerRequest, version="HTTP/1.1"), ["start_line"]),
        (partial(HTTPServerRequest, start_line=LINE, host="h"), ["host"]),
        (partial(HTTPServerRequest, start_line=LINE), []),
    ],
)
def test_arguments_that_will_go_are_warned_of_as_programs_expect(
    make: Callable[..., HTTPServerRequest], old: list[str], recwarn: pytest.WarningsRecorder
) -> None:
    # Their filters name the beginning of the text, and their own module.
    make(headers=HEADERS)
    found: list[Any] = list(recwarn)
    assert [str(warning.message).partition(" argument")[0] for warning in found] == [
        f"The {name}" for name in old
    ]
    assert {warning.category for warning in found} <= {DeprecationWarning}
    assert {warning.filename for warning in found} <= {__file__}

"""The examples in this package's docstrings, as tests."""

from typing import TYPE_CHECKING

from fujita.httputil import (
    body_config,
    cookies,
    dates,
    files,
    headers,
    parameters,
    ranges,
    request,
    start_lines,
    urls,
)

if TYPE_CHECKING:
    import unittest

_MODULES = (
    body_config,
    cookies,
    dates,
    files,
    headers,
    parameters,
    ranges,
    request,
    start_lines,
    urls,
)


def doctests() -> "unittest.TestSuite":
    """Gives the examples in the docstrings as a suite that `unittest` can run."""
    import doctest  # only tests need them
    import unittest

    return unittest.TestSuite([doctest.DocTestSuite(module) for module in _MODULES])

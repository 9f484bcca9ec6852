"""The examples in this package's docstrings, as tests."""

import doctest
import unittest

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


def doctests() -> unittest.TestSuite:
    """Gives the examples in the docstrings as a suite that `unittest` can run."""
    return unittest.TestSuite([doctest.DocTestSuite(module) for module in _MODULES])

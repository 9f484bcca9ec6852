import http.client
import unittest

from fujita import httputil


def test_examples_in_docstrings() -> None:
    result = unittest.TestResult()
    httputil.doctests().run(result)
    assert result.testsRun > 15
    assert not result.failures
    assert not result.errors


def test_everything_is_handed_on() -> None:
    assert all(hasattr(httputil, name) for name in httputil.__all__)
    assert httputil.responses is http.client.responses
    assert httputil.HTTP_WHITESPACE == " \t"

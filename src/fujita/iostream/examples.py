"""The examples in this package's docstrings, as tests."""

from typing import TYPE_CHECKING

from fujita.iostream import base, socket_stream

if TYPE_CHECKING:
    import unittest


def doctests() -> "unittest.TestSuite":
    """Gives the examples in the docstrings as a suite that `unittest` can run."""
    import doctest  # only tests need them
    import unittest

    return unittest.TestSuite([doctest.DocTestSuite(module) for module in (base, socket_stream)])

"""Support for ``unittest`` tests of asynchronous code and of HTTP servers.

``python -m fujita.testing some.test_module`` runs tests, with the options of `fujita.options`.
"""

from fujita.testing.async_case import (
    AsyncTestCase,
    get_async_test_timeout,
    setup_with_context_manager,
)
from fujita.testing.coroutines import gen_test
from fujita.testing.expect_log import ExpectLog
from fujita.testing.http_case import AsyncHTTPSTestCase, AsyncHTTPTestCase
from fujita.testing.ports import bind_unused_port
from fujita.testing.runner import main

__all__ = [
    "AsyncHTTPSTestCase",
    "AsyncHTTPTestCase",
    "AsyncTestCase",
    "ExpectLog",
    "bind_unused_port",
    "gen_test",
    "get_async_test_timeout",
    "main",
    "setup_with_context_manager",
]

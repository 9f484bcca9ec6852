"""The test case that has an event loop."""

import asyncio
import inspect
import os
import sys
import unittest
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from fujita.ioloop import IOLoop
from fujita.platform.asyncio import AsyncIOMainLoop

_Entered = TypeVar("_Entered")

_DEFAULT_TIMEOUT = 5


def get_async_test_timeout() -> float:
    """The seconds that an asynchronous test may take.

    The environment variable ``ASYNC_TEST_TIMEOUT`` sets them; 5 if it does not.
    """
    try:
        return float(os.environ["ASYNC_TEST_TIMEOUT"])
    except (KeyError, ValueError):
        return _DEFAULT_TIMEOUT


def setup_with_context_manager(
    testcase: unittest.TestCase, cm: AbstractContextManager[_Entered]
) -> _Entered:
    """Enters a context manager in a test's ``setUp``; it is left when the test is over.

    Args:
        testcase: The test.
        cm: The context manager.

    Returns:
        What entering it gave.
    """
    return testcase.enterContext(cm)


class AsyncTestCase(unittest.TestCase):
    """A test with an `IOLoop` of its own, ``self.io_loop``.

    ``unittest`` is synchronous, so the loop runs when the test makes it run. Most easily
    `gen_test` turns a coroutine into a test method. The older way (deprecated since Tornado 5.1):
    the test calls `wait`, and some callback calls `stop`.
    """

    io_loop: IOLoop

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self.__stopped = False
        self.__waiting = False
        self.__stop_result: Any = None

    def setUp(self) -> None:
        """Makes the test's loop, and makes it the current one."""
        super().setUp()
        self.io_loop = self.get_new_ioloop()
        asyncio.set_event_loop(self._asyncio_loop())

    def tearDown(self) -> None:
        """Cancels what the test left running and closes its loop."""
        # Only a test that imported fujita.process can have tied it to its loop.
        if process := sys.modules.get("fujita.process"):
            process.Subprocess.uninitialize()
        loop = self._asyncio_loop()
        if not loop.is_closed() and not loop.is_running():
            loop.run_until_complete(_finish_tasks())
        asyncio.set_event_loop(None)
        # A main loop belongs to somebody else; get_new_ioloop() only borrowed it.
        if not isinstance(self.io_loop, AsyncIOMainLoop):
            self.io_loop.close(all_fds=True)
        super().tearDown()

    def get_new_ioloop(self) -> IOLoop:
        """Makes the loop for one test.

        Override it to lend the test a loop that exists, such as ``IOLoop.current()``; that loop is
        not closed afterwards (deprecated since Tornado 6.3).
        """
        return IOLoop(make_current=False)

    def stop(self, _arg: Any = None, **kwargs: Any) -> None:
        """Ends the `wait` that is going on, or the next one.

        Args:
            _arg: What `wait` is to return.
            **kwargs: In its place, what `wait` is to return as a dictionary.
        """
        if _arg is not None and kwargs:
            raise TypeError("stop() takes one positional argument or keyword arguments, not both")
        self.__stop_result = kwargs or _arg
        self.__stopped = True
        if self.__waiting:
            # Without a `wait` it is somebody else who runs the loop, such as `gen_test`.
            self.__waiting = False
            self.io_loop.stop()

    def wait(
        self, condition: Callable[..., bool] | None = None, timeout: float | None = None
    ) -> Any:
        """Runs the loop until `stop` is called.

        Args:
            condition: If given, the loop runs on until this also returns True after a `stop`.
            timeout: The seconds after which the test fails; `get_async_test_timeout` by default,
                0 for never.

        Returns:
            What `stop` was called with.
        """
        if timeout is None:
            timeout = get_async_test_timeout()
        timed_out = False

        def on_timeout() -> None:
            nonlocal timed_out
            timed_out = True
            self.stop()

        limit = self.io_loop.call_later(timeout, on_timeout) if timeout else None
        try:
            while True:
                self.__run_until_stopped()
                if timed_out:
                    self.fail(f"Async operation timed out after {timeout} seconds")
                if condition is None or condition():
                    break
        finally:
            if limit is not None:
                self.io_loop.remove_timeout(limit)
        result, self.__stop_result = self.__stop_result, None
        return result

    def __run_until_stopped(self) -> None:
        if not self.__stopped:
            self.__waiting = True
            self.io_loop.start()
        self.__waiting = self.__stopped = False

    def _asyncio_loop(self) -> asyncio.AbstractEventLoop:
        return self.io_loop.asyncio_loop

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        # unittest's own check is only a DeprecationWarning: a forgotten @gen_test would pass.
        result = method()
        if result is None:
            return
        if inspect.iscoroutine(result):
            result.close()
        if inspect.iscoroutine(result) or inspect.isgenerator(result):
            raise TypeError(
                f"{self.id()} is a coroutine that nothing runs: "
                "it should be decorated with tornado.testing.gen_test"
            )
        raise ValueError(f"Return value from test method ignored: {result!r}")


async def _finish_tasks() -> None:
    """Cancels every other task of the loop and sees them end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        # A task may refuse to be cancelled; that must not hang the whole run.
        await asyncio.wait(tasks, timeout=get_async_test_timeout())
    await asyncio.get_running_loop().shutdown_asyncgens()

"""Drives the generator of a coroutine: resumes it as soon as there is what it waits for."""

from asyncio import CancelledError, InvalidStateError
from collections.abc import Callable, Generator
from contextvars import Context
from types import GeneratorType
from typing import Any

from fujita.concurrent import Future
from fujita.gen.convert import READY_MADE, Yieldable, convert_yielded
from fujita.gen.errors import Return
from fujita.gen.moment import _null_future, moment
from fujita.gen.outcome import call_when_done, drop_frame, keep, let_go, settle_failure
from fujita.ioloop import IOLoop

Steps = Generator[Any, Any, Any]


def drive(
    func: Callable[..., Any], args: Any, kwargs: dict[str, Any], future: "Future[Any]"
) -> Steps:
    """Calls ``func``, yields what its generator yields, and ends ``future`` with its result.

    It is a generator itself because ``yield from`` hands the result of a generator over for a
    fraction of what catching its `StopIteration` costs; and having no result of its own, it
    ends without such an exception where it is run by ``next(steps, default)``.
    """
    try:
        result = func(*args, **kwargs) if kwargs else func(*args)
        if type(result) is GeneratorType:
            result = yield from result
        elif hasattr(result, "throw") and isinstance(result, Generator):
            # Cython's, or whatever else has a generator's methods. Asking the abstract class
            # is slow, and most functions that are no generators return neither.
            result = yield from result
    except (Return, StopIteration) as end:
        result = end.value
    except (Exception, CancelledError) as error:
        settle_failure(future, drop_frame(error))
        return
    try:
        future.set_result(result)
    except InvalidStateError:
        if not future.cancelled():
            raise


def advance(steps: Steps, yielded: Any) -> Any:
    """Resumes a generator again and again, until it yields something that is not there yet.

    One loop for all that is done already: neither the stack nor the event loop sees any of it.

    Args:
        steps: The generator.
        yielded: What it yielded last.

    Returns:
        The future that it waits for, or `moment`.

    Raises:
        StopIteration: The generator has ended.
    """
    while True:
        error: BaseException | None = None
        try:
            if type(yielded) not in READY_MADE:
                yielded = convert_yielded(yielded)
            if yielded is moment or not yielded.done():
                return yielded
            result = yielded.result()
        except BaseException as failure:
            error = drop_frame(failure)
        # Outside of the handler, or whatever the generator raises later would seem to have
        # been raised while this error was being handled.
        yielded = steps.send(result) if error is None else steps.throw(error)


class Runner:
    """Resumes a coroutine that waits: there is one for each coroutine that really had to.

    Args:
        ctx_run: The ``run`` method of the `contextvars.Context` that the coroutine runs in.
        gen: The generator of the coroutine, suspended.
        result_future: Ends with the coroutine. It keeps the runner alive until then: what the
            coroutine waits for may be held by nobody but the coroutine.
        first_yielded: What the generator has yielded.
    """

    __slots__ = (
        "__weakref__",
        "_context",
        "_loop",
        "ctx_run",
        "finished",
        "future",
        "gen",
        "result_future",
        "running",
    )

    def __init__(
        self,
        ctx_run: Callable[..., Any],
        gen: Steps,
        result_future: "Future[Any]",
        first_yielded: Yieldable,
    ) -> None:
        self.ctx_run = ctx_run
        self.gen = gen
        self.result_future: Future[Any] | None = result_future
        self.future: Any = None
        self.running = False
        self.finished = False
        self._context: Context = ctx_run.__self__  # type: ignore[attr-defined]
        self._loop = result_future.get_loop()
        keep(result_future, self)
        if ctx_run(self.handle_yield, first_yielded):
            ctx_run(self.run)

    @property
    def io_loop(self) -> IOLoop:
        """The loop on which the coroutine is resumed."""
        return IOLoop.current()

    def run(self) -> None:
        """Resumes the generator until it has to wait again, or ends."""
        if self.running or self.finished:
            return
        self.running = True
        waiting = False
        result_future = self.result_future
        assert result_future is not None
        try:
            while self.handle_yield(advance(self.gen, self.future)):
                pass
            waiting = True
        except (Return, StopIteration) as end:
            # The generator of `drive` has set the result already, any other has not.
            if not result_future.done():
                result_future.set_result(end.value)
        except (Exception, CancelledError) as error:
            # Two frames: this one and that of advance.
            settle_failure(result_future, drop_frame(drop_frame(error)))
        finally:
            self.running = False
            if not waiting:
                self._let_go()

    def handle_yield(self, yielded: Yieldable) -> bool:
        """Takes note of what the generator waits for.

        Returns:
            True: It is there, `run` may go on at once. False: `run` will be called.
        """
        future: Any
        try:
            future = yielded if type(yielded) in READY_MADE else convert_yielded(yielded)
        except Exception as error:
            future = Future(loop=self._loop)
            future.set_exception(drop_frame(error))
        if future is moment:
            # Once the turn of the loop is over, nothing is left to wait for.
            self.future = _null_future
            self._loop.call_soon(self._wake, _null_future, context=self._context)
            return False
        self.future = future
        if future.done():
            return True
        call_when_done(future, self._wake, self._context)
        return False

    def handle_exception(self, typ: Any, value: BaseException, tb: Any) -> bool:
        """Raises an exception where the generator waits.

        Returns:
            Whether it was: a generator that runs, or has ended, waits for nothing.
        """
        if self.running or self.finished:
            return False
        future: Future[Any] = Future(loop=self._loop)
        future.set_exception(value)
        self.future = future
        self.ctx_run(self.run)
        return True

    def _wake(self, future: Any) -> None:
        # handle_exception may have made the generator wait for something else.
        if future is self.future:
            self.run()

    def _let_go(self) -> None:
        """Cuts the ties of a generator that has ended, so that no cycle is left to collect."""
        self.finished = True
        self.future = None
        if self.result_future is not None:
            let_go(self.result_future)
            self.result_future = None

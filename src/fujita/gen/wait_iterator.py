"""`WaitIterator`: results in the order in which they come."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from fujita.concurrent import Future, chain_future
from fujita.gen.convert import Yieldable, convert_yielded
from fujita.gen.outcome import call_when_done, keep, let_go


class WaitIterator:
    """Gives the results of several futures one by one, each as soon as it is there.

    To ``yield`` or `multi` a list waits for all of it, and raises where one of it fails. This
    waits for the next one, so a failure costs no more than the one result::

        results = gen.WaitIterator(first, second)
        while not results.done():
            try:
                print(results.current_index, (yield results.next()))
            except Exception as error:
                print("failed:", error)

    In native coroutines it also serves ``async for``, which ends with the first failure (another
    ``async for`` over the same iterator goes on behind it).

    Args:
        *args: Futures or other yieldable objects; `current_index` is their position.
        **kwargs: The same by name, instead of ``args``; `current_index` is the name.

    Attributes:
        current_index: Where the latest result came from: position or name. None before the
            first result, and once `done` has told that all have been given.
        current_future: The future of the latest result, or None likewise.

    Raises:
        ValueError: Both ``args`` and ``kwargs`` were given.
        BadYieldError: One of them is nothing to wait for.
    """

    # Programs look into _unfinished for the futures that are still to come.
    _unfinished: dict[Any, deque[int | str]]

    def __init__(self, *args: Yieldable, **kwargs: Yieldable) -> None:
        if args and kwargs:
            raise ValueError("You must provide args or kwargs, not both")
        self.current_index: int | str | None = None
        self.current_future: Any = None
        # The same future may be given under several indices.
        self._unfinished = {}
        self._finished: deque[tuple[int | str, Any]] = deque()
        self._next: Future[Any] | None = None
        for index, child in kwargs.items() if kwargs else enumerate(args):
            future = convert_yielded(child)
            if future.done():
                self._finished.append((index, future))
            elif future in self._unfinished:
                self._unfinished[future].append(index)
            else:
                self._unfinished[future] = deque([index])
        for future in self._unfinished:
            call_when_done(future, self._child_done)

    def done(self) -> bool:
        """Tells whether every result has been given."""
        if self._finished or self._unfinished:
            return False
        self.current_index = self.current_future = None
        return True

    def next(self) -> "Future[Any]":
        """Returns a future for the next result, which is none of the futures given.

        Where several results are there already, they come in the order in which they were given.
        """
        receiver: Future[Any] = Future()
        self._next = receiver
        if self._finished:
            self._hand_out(receiver)
        else:
            keep(receiver, self)
        return receiver

    def _child_done(self, future: Any) -> None:
        self._finished.extend((index, future) for index in self._unfinished.pop(future))
        if self._next is not None and not self._next.done():
            let_go(self._next)
            self._hand_out(self._next)

    def _hand_out(self, receiver: "Future[Any]") -> None:
        self.current_index, self.current_future = self._finished.popleft()
        chain_future(self.current_future, receiver)

    def __aiter__(self) -> "AsyncIterator[Any]":
        return self

    def __anext__(self) -> "Future[Any]":
        if self.done():
            # A plain method: the future that it returns is what gets awaited.
            raise StopAsyncIteration
        return self.next()

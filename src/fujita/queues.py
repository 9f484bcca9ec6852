"""Queues between coroutines: whoever puts waits for room, whoever gets waits for an item.

They resemble `asyncio.Queue`, but `Queue.put` and `Queue.get` take a timeout: a
`datetime.timedelta` from now, or a number, which is a point in time of `IOLoop.time`. Nothing here
is meant for threads; another thread reaches a queue through `IOLoop.add_callback`.
"""

import heapq
from collections import deque
from typing import Any, Generic, TypeVar

from fujita.concurrent import Future
from fujita.gen.waiters import Deadline, Waiters, time_out

__all__ = ["LifoQueue", "PriorityQueue", "Queue", "QueueEmpty", "QueueFull"]

Item = TypeVar("Item")


class QueueEmpty(Exception):
    """`Queue.get_nowait` was called, and there is no item."""


class QueueFull(Exception):
    """`Queue.put_nowait` was called, and there is no room."""


class _Putter(Future):  # type: ignore[type-arg]
    """A waiting `Queue.put`, together with what it wants to put."""

    __slots__ = ("item",)

    def __init__(self, item: Any) -> None:
        super().__init__()
        self.item = item


class Queue(Generic[Item]):
    """A queue that gives out first what was put first.

    A consumer may say ``async for item in queue:``, and calls `task_done` behind every item, if
    somebody is to wait by `join` for the work to be done::

        async def consumer():
            async for item in queue:
                try:
                    await work_on(item)
                finally:
                    queue.task_done()

    A subclass that orders its items differently overrides ``_init``, ``_put`` and ``_get``, and
    keeps its items in ``_queue``, or what has a length.

    Args:
        maxsize: How many items there is room for; 0 for any number.

    Raises:
        TypeError: ``maxsize`` is None.
        ValueError: ``maxsize`` is negative.
    """

    _queue: Any = None

    def __init__(self, maxsize: int = 0) -> None:
        if maxsize is None:
            raise TypeError("maxsize can't be None")
        if maxsize < 0:
            raise ValueError(f"maxsize can't be negative, got {maxsize}")
        self._maxsize = maxsize
        self._init()
        self._getters = Waiters()
        self._putters = Waiters()
        self._joiners = Waiters()
        self._unfinished_tasks = 0

    def _init(self) -> None:
        self._queue = deque()

    def _put(self, item: Item) -> None:
        self._queue.append(item)

    def _get(self) -> Item:
        return self._queue.popleft()  # type: ignore[no-any-return]

    @property
    def maxsize(self) -> int:
        """How many items there is room for; 0 for any number."""
        return self._maxsize

    def qsize(self) -> int:
        """Returns the number of items in the queue."""
        return len(self._queue)

    def empty(self) -> bool:
        """Tells whether there is no item."""
        return not self._queue

    def full(self) -> bool:
        """Tells whether there is no room for another item."""
        return self._maxsize != 0 and self.qsize() >= self._maxsize

    def put(self, item: Item, timeout: Deadline = None) -> "Future[None]":
        """Puts an item into the queue, as soon as there is room.

        Returns:
            A future that ends when that is done. After the timeout it raises `TimeoutError`, and
            the item is not put.
        """
        try:
            self.put_nowait(item)
        except QueueFull:
            putter = _Putter(item)
            self._putters.enqueue(putter, timeout, time_out)
            return putter
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def put_nowait(self, item: Item) -> None:
        """Puts an item into the queue, if there is room.

        Raises:
            QueueFull: There is not.
        """
        if self._getters and (getter := self._getters.next_pending()) is not None:
            # The item goes through the queue, or a subclass would miss it.
            self._store(item)
            getter.set_result(self._get())
        elif self.full():
            raise QueueFull
        else:
            self._store(item)

    def get(self, timeout: Deadline = None) -> "Future[Item]":
        """Takes an item out of the queue, as soon as there is one.

        Returns:
            A future for the item. After the timeout it raises `TimeoutError`.
        """
        getter: Future[Item] = Future()
        try:
            getter.set_result(self.get_nowait())
        except QueueEmpty:
            self._getters.enqueue(getter, timeout, time_out)
        return getter

    def get_nowait(self) -> Item:
        """Takes an item out of the queue, if there is one.

        Raises:
            QueueEmpty: There is none.
        """
        if self._putters and (putter := self._putters.next_pending()) is not None:
            # Its item may be the very one to come out: the last one put, or the most urgent.
            assert isinstance(putter, _Putter)
            self._store(putter.item)
            putter.set_result(None)
        elif not self.qsize():
            raise QueueEmpty
        return self._get()

    def _store(self, item: Item) -> None:
        self._unfinished_tasks += 1
        self._put(item)

    def task_done(self) -> None:
        """Tells the queue that the work on an item that came out of it is done.

        Raises:
            ValueError: It has been told so more often than items were put.
        """
        if self._unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished_tasks -= 1
        if not self._unfinished_tasks:
            self._joiners.release_all()

    def join(self, timeout: Deadline = None) -> "Future[None]":
        """Waits until the work on every item is done: until `task_done` was called for each.

        Returns:
            A future that ends then. After the timeout it raises `TimeoutError`.
        """
        joiner: Future[None] = Future()
        if self._unfinished_tasks:
            self._joiners.enqueue(joiner, timeout, time_out)
        else:
            joiner.set_result(None)
        return joiner

    def __aiter__(self) -> "_QueueIterator[Item]":
        return _QueueIterator(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._format()}>"

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._format()}>"

    def _format(self) -> str:
        parts = [f"maxsize={self._maxsize!r}"]
        if self._queue:
            parts.append(f"queue={self._queue!r}")
        if self._getters:
            parts.append(f"getters[{len(self._getters)}]")
        if self._putters:
            parts.append(f"putters[{len(self._putters)}]")
        if self._unfinished_tasks:
            parts.append(f"tasks={self._unfinished_tasks}")
        return " ".join(parts)


class _QueueIterator(Generic[Item]):
    """Takes the items of a queue out of it, for ever."""

    __slots__ = ("_queue",)

    def __init__(self, queue: Queue[Item]) -> None:
        self._queue = queue

    def __aiter__(self) -> "_QueueIterator[Item]":
        return self

    def __anext__(self) -> "Future[Item]":
        return self._queue.get()


class PriorityQueue(Queue[Item]):
    """A queue that gives out the smallest item first: tuples of a number and something, mostly."""

    def _init(self) -> None:
        self._queue = []

    def _put(self, item: Item) -> None:
        heapq.heappush(self._queue, item)

    def _get(self) -> Item:
        return heapq.heappop(self._queue)  # type: ignore[no-any-return]


class LifoQueue(Queue[Item]):
    """A queue that gives out last what was put first."""

    def _init(self) -> None:
        self._queue = []

    def _put(self, item: Item) -> None:
        self._queue.append(item)

    def _get(self) -> Item:
        return self._queue.pop()  # type: ignore[no-any-return]

"""Resolvers that ask the system in a thread of an executor, or in the calling one."""

import os
import socket
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import ClassVar

from fujita.concurrent import Future, dummy_executor, run_on_executor
from fujita.ioloop import IOLoop
from fujita.netutil.address import AddressInfo, resolve_blocking
from fujita.netutil.resolver import Resolver


class DefaultExecutorResolver(Resolver):
    """Resolves in the loop's default executor (`IOLoop.run_in_executor`)."""

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> AddressInfo:
        """See `Resolver.resolve`."""
        return await IOLoop.current().run_in_executor(None, resolve_blocking, host, port, family)


class ExecutorResolver(Resolver):
    """Resolves in an executor that the caller chooses."""

    executor: Executor | None
    close_executor: bool

    def initialize(self, executor: Executor | None = None, close_executor: bool = True) -> None:
        """Takes the constructor's arguments.

        Args:
            executor: Where to resolve; without one, the calling thread does it, and waits.
            close_executor: Whether `close` shuts the executor down.
        """
        if executor is None:
            executor, close_executor = dummy_executor, False
        self.executor = executor
        self.close_executor = close_executor

    def close(self) -> None:
        """Lets the executor go, and shuts it down if it is the resolver's."""
        if self.close_executor and self.executor is not None:
            self.executor.shutdown()
        self.executor = None

    @run_on_executor
    def _resolve_on_executor(self, host: str, port: int, family: int) -> AddressInfo:
        return resolve_blocking(host, port, family)

    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Future[AddressInfo]:
        """See `Resolver.resolve`."""
        if self.executor is None:
            raise RuntimeError("the resolver is closed")
        answer: Future[AddressInfo] = self._resolve_on_executor(host, port, family)
        return answer


class BlockingResolver(ExecutorResolver):
    """Resolves in the calling thread; the loop waits meanwhile.

    Deprecated in Tornado since 5.0: the default resolver does not block.
    """

    def initialize(self) -> None:  # type: ignore[override]
        """Takes no arguments."""
        super().initialize()


class ThreadedResolver(ExecutorResolver):
    """Resolves in a thread pool that all instances of the process share.

    Deprecated in Tornado since 5.0: the default resolver uses the loop's pool.
    """

    _threadpool: ClassVar[ThreadPoolExecutor | None] = None
    _threadpool_pid: ClassVar[int | None] = None

    def initialize(self, num_threads: int = 10) -> None:  # type: ignore[override]
        """Takes the constructor's arguments.

        Args:
            num_threads: The pool's size; the first instance decides.
        """
        super().initialize(executor=self._shared_pool(num_threads), close_executor=False)

    @classmethod
    def _shared_pool(cls, num_threads: int) -> ThreadPoolExecutor:
        pool = ThreadedResolver._threadpool
        # fork() copies the pool but none of its threads.
        if pool is None or ThreadedResolver._threadpool_pid != os.getpid():
            pool = ThreadPoolExecutor(num_threads, thread_name_prefix="fujita-resolver")
            ThreadedResolver._threadpool = pool
            ThreadedResolver._threadpool_pid = os.getpid()
        return pool

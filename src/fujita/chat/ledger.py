"""Figures of several processes, added up by whichever of them is asked."""

import fcntl
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import suppress

from fujita.chat.figures import ROW_BYTES, Figures, added

# A worker and those that it replaces may all be there for a while, and several times over.
_ROWS_PER_WORKER = 4


class Ledger:
    """A row of figures for each worker, in memory that forked processes share.

    Who has a row holds a lock on it, which the system takes back when the process ends, however it
    does. A row that is free again goes to a successor, which counts on from what it finds: what
    has been counted is never lost, not by SIGKILL either.

    Args:
        workers: How many processes there will be.
    """

    def __init__(self, workers: int) -> None:
        self._count = workers * _ROWS_PER_WORKER
        # A file only because parts of one can be locked; it has no name, and ends with them.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._file.write(bytes(self._count * ROW_BYTES))
        self._file.flush()
        self._memory = memoryview(mmap.mmap(self._file.fileno(), self._count * ROW_BYTES))
        self._own: int | None = None

    def take_row(self) -> Figures:
        """Gives this process its figures; called once in each worker."""
        for number in range(self._count):
            if self._lock(number):
                self._own = number
                figures = _SharedFigures(self, self._row(number))
                figures.forget_what_is_there()
                return figures
        raise RuntimeError(f"all {self._count} rows of figures are taken")

    def rows(self) -> Iterator[tuple[Figures, bool]]:
        """Yields the figures of each row, and whether their process lives."""
        for number in range(self._count):
            lives = number == self._own or not self._lock(number)
            if not lives:
                fcntl.lockf(self._file, fcntl.LOCK_UN, ROW_BYTES, number * ROW_BYTES)
            yield Figures(self._row(number)), lives

    def _row(self, number: int) -> memoryview:
        return self._memory[number * ROW_BYTES : (number + 1) * ROW_BYTES]

    def _lock(self, number: int) -> bool:
        with suppress(BlockingIOError, PermissionError):
            flags = fcntl.LOCK_EX | fcntl.LOCK_NB
            fcntl.lockf(self._file, flags, ROW_BYTES, number * ROW_BYTES)
            return True
        return False


class _SharedFigures(Figures):
    """This process's row."""

    def __init__(self, ledger: Ledger, row: memoryview) -> None:
        super().__init__(row)
        self._ledger = ledger

    def everywhere(self) -> dict[str, int]:
        """Returns the figures by name, of all processes that count together."""
        return added(self._ledger.rows())

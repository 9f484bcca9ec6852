"""What a process counts: figures that ``/metrics`` shows."""

from collections.abc import Iterable
from typing import Final

NAMES: Final = (
    "connections",
    "people",
    "rooms_open",
    "messages",
    "store_failures",
    "slow_readers",
)

COUNTERS: Final = frozenset({"messages", "store_failures", "slow_readers"})
"""The figures that only grow; the others are of what is there now, and go with the process."""

ROW_BYTES: Final = 8 * len(NAMES)


class _Figure:
    """A figure as an attribute."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = NAMES.index(name)

    def __get__(self, figures: "Figures", owner: type) -> int:
        return figures.row[self._place]

    def __set__(self, figures: "Figures", value: int) -> None:
        figures.row[self._place] = value


class Figures:
    """The figures of one process.

    Args:
        row: Where they are kept, `ROW_BYTES` long; without it, where nobody else sees them.

    Attributes:
        row: The figures in the order of `NAMES`.
        connections: Open WebSockets.
        people: Those who are connected, however many tabs they have open.
        rooms_open: Rooms that somebody is in.
        messages: Messages stored and acknowledged.
        store_failures: Requests that the database could not serve.
        slow_readers: Connections closed because too much was waiting to be read.
    """

    connections = _Figure()
    people = _Figure()
    rooms_open = _Figure()
    messages = _Figure()
    store_failures = _Figure()
    slow_readers = _Figure()

    def __init__(self, row: memoryview | None = None) -> None:
        self.row = (memoryview(bytearray(ROW_BYTES)) if row is None else row).cast("q")

    def forget_what_is_there(self) -> None:
        """Sets to 0 what a process before this one had open, and keeps what it has counted."""
        for name in set(NAMES) - COUNTERS:
            setattr(self, name, 0)

    def everywhere(self) -> dict[str, int]:
        """Returns the figures by name, of all processes that count together."""
        return added([(self, True)])


def added(processes: Iterable[tuple[Figures, bool]]) -> dict[str, int]:
    """Adds the figures of processes up.

    Args:
        processes: The figures of each, and whether it lives: of what has ended, only that counts
            which it has counted.
    """
    sums = dict.fromkeys([*NAMES, "workers"], 0)
    for figures, lives in processes:
        sums["workers"] += lives
        for name, value in zip(NAMES, figures.row, strict=True):
            if lives or name in COUNTERS:
                sums[name] += value
    return sums

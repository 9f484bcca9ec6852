"""What a row of the table is made of."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from benchmarks.figures import FUJITA, Better, Result, Sample, Target

Measure = Callable[[float], Sample]


class Unavailable(Exception):
    """A contender cannot be measured; the text says why."""


class Row(ABC):
    """One kind of work, and those who do it.

    Attributes:
        name: How ``ONLY=`` calls it.
        title: What is done, in a few words.
        unit: Of the figures.
        peers: Who is measured besides Fujita.
        targets: What issue 4 asks for.
        rounds: How often at most everybody is measured; fewer for what takes long or hardly varies.
    """

    better = Better.HIGHER
    targets: Sequence[Target] = ()
    rounds = 99

    def __init__(
        self, name: str, title: str, unit: str, peers: Sequence[str], targets: Sequence[Target]
    ) -> None:
        self.name = name
        self.title = title
        self.unit = unit
        self.peers = tuple(peers)
        self.targets = tuple(targets)

    @property
    def contenders(self) -> tuple[str, ...]:
        return (FUJITA, *self.peers)

    @abstractmethod
    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        """Makes a contender ready.

        Args:
            contender: One of ``contenders``.
            stack: Ends what was started, when the row is done.

        Returns:
            A function that measures for about so many seconds.

        Raises:
            Unavailable: If the contender cannot take part.
        """

    def result(self) -> Result:
        return Result(self.name, self.title, self.unit, self.better, self.targets)

"""Figures and what is worked out from them."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

FUJITA = "Fujita"
TORNADO = "Tornado"


class Better(Enum):
    """Which of two figures is the better one."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True)
class Sample:
    """What one measurement gave.

    Attributes:
        value: The figure, in the unit of its row.
        processor: Microseconds of processor time that the measured process needed for one
            operation, where that can be told. A busy machine distorts it less than the figure.
        busy: The part of the time, 0 to 1, in which the measured process had its core. Far below
            1, something else limited the figure: the load, or other work on the machine.
    """

    value: float
    processor: float | None = None
    busy: float | None = None


@dataclass(frozen=True)
class AtLeast:
    """Fujita is to be so many times as good as a peer."""

    peer: str
    times: float = 1.0

    def __str__(self) -> str:
        return f"{self.times:g} × {self.peer}"


@dataclass(frozen=True)
class AtMost:
    """Fujita's figure is to be no greater than this."""

    limit: float
    unit: str = ""

    def __str__(self) -> str:
        return f"≤ {self.limit:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class NoLess:
    """Fujita's figure is to be no smaller than this."""

    limit: float
    unit: str = ""

    def __str__(self) -> str:
        return f"≥ {self.limit:g} {self.unit}".rstrip()


Target = AtLeast | AtMost | NoLess


@dataclass
class Result:
    """All that was measured of one row.

    Attributes:
        samples: Of each contender, one for each round.
        missing: The contenders that were not measured, and why.
    """

    name: str
    title: str
    unit: str
    better: Better
    targets: Sequence[Target] = ()
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def median(self, contender: str) -> float | None:
        values = [sample.value for sample in self.samples.get(contender, ())]
        return statistics.median(values) if values else None

    def processor(self, contender: str) -> float | None:
        return median_of_known(sample.processor for sample in self.samples.get(contender, ()))

    def busy(self, contender: str) -> float | None:
        return median_of_known(sample.busy for sample in self.samples.get(contender, ()))

    def ratio(self, peer: str) -> float | None:
        """Tells how many times as good as a peer Fujita is: the median of the rounds' ratios."""
        return median_ratio(self.samples, peer, self.better)

    def processor_ratio(self, peer: str) -> float | None:
        """Tells how many times as much processor time a peer needs for one operation."""
        own, other = self.processor(FUJITA), self.processor(peer)
        return other / own if own and other else None

    def met(self, target: Target) -> bool | None:
        """Tells whether a target is met; None if what it needs was not measured."""
        if isinstance(target, AtLeast):
            ratio = self.ratio(target.peer)
            return None if ratio is None else ratio >= target.times
        value = self.median(FUJITA)
        if value is None:
            return None
        return value <= target.limit if isinstance(target, AtMost) else value >= target.limit

    def verdict(self) -> bool | None:
        """Tells whether all targets are met; None if that cannot be told, or there are none."""
        verdicts = [self.met(target) for target in self.targets]
        if False in verdicts:
            return False
        return True if True in verdicts else None


def median_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def median_ratio(
    samples: Mapping[str, Sequence[Sample]], peer: str, better: Better
) -> float | None:
    """Compares round by round, since what disturbs a round disturbs all that it measures."""
    rounds = zip(samples.get(FUJITA, ()), samples.get(peer, ()), strict=False)
    ratios = []
    for own, other in rounds:
        above, below = (own, other) if better is Better.HIGHER else (other, own)
        if below.value > 0:
            ratios.append(above.value / below.value)
    return statistics.median(ratios) if ratios else None

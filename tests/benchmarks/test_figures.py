import pytest
from benchmarks.figures import (
    FUJITA,
    AtLeast,
    AtMost,
    Better,
    NoLess,
    Result,
    Sample,
    median_ratio,
)
from benchmarks.rounds import turn


def samples(*values: float) -> list[Sample]:
    return [Sample(value) for value in values]


def result(better: Better = Better.HIGHER, **figures: list[Sample]) -> Result:
    return Result("row", "a row", "1/s", better, samples=figures)


def test_ratio_is_the_median_of_the_rounds() -> None:
    # The middle round slowed both: its ratio is as good as the others.
    measured = {FUJITA: samples(100, 10, 90), "Tornado": samples(10, 2, 10)}
    assert median_ratio(measured, "Tornado", Better.HIGHER) == 9


def test_ratio_above_one_is_better_also_where_less_is_better() -> None:
    measured = {FUJITA: samples(2), "Tornado": samples(8)}
    assert median_ratio(measured, "Tornado", Better.LOWER) == 4


def test_ratio_to_who_was_not_measured_is_unknown() -> None:
    assert median_ratio({FUJITA: samples(2)}, "Tornado", Better.HIGHER) is None


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (AtLeast("Tornado", 5), True),
        (AtLeast("Tornado", 5.1), False),
        (AtLeast("sanic"), None),
        (AtMost(50), True),
        (AtMost(49), False),
        (NoLess(50), True),
        (NoLess(51), False),
    ],
)
def test_targets(target: AtLeast | AtMost | NoLess, met: bool | None) -> None:
    measured = result(Fujita=samples(50), Tornado=samples(10))
    assert measured.met(target) is met


def test_verdict_of_a_row_is_that_of_its_worst_target() -> None:
    measured = result(Fujita=samples(50), Tornado=samples(10))
    measured.targets = (AtLeast("Tornado", 5), AtLeast("sanic"))
    assert measured.verdict() is True
    measured.targets = (AtLeast("Tornado", 5), AtMost(1))
    assert measured.verdict() is False
    measured.targets = ()
    assert measured.verdict() is None


def test_processor_time_has_a_ratio_of_its_own() -> None:
    measured = result(Fujita=[Sample(1, 20)], Tornado=[Sample(1, 150)], nginx=[Sample(1)])
    assert measured.processor_ratio("Tornado") == 7.5
    assert measured.processor_ratio("nginx") is None


def test_another_contender_begins_each_round() -> None:
    assert [turn(["a", "b", "c"], number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]
    assert turn([], 1) == []

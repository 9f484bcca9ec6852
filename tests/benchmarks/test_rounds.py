from contextlib import ExitStack

from benchmarks.figures import FUJITA, Sample
from benchmarks.rounds import measure_row
from benchmarks.row import Measure, Row, Unavailable


class Fake(Row):
    """Three contenders, of which one has no package and one fails in the second round."""

    def __init__(self) -> None:
        super().__init__("fake", "nothing", "1/s", ("absent", "failing"), ())
        self.order: list[str] = []
        self.closed = False

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        if contender == "absent":
            raise Unavailable("no wheel")
        stack.callback(self.close)

        def measure(seconds: float) -> Sample:
            self.order.append(contender)
            if contender == "failing" and self.order.count("failing") == 2:
                raise Unavailable("fell over")
            return Sample(seconds)

        return measure

    def close(self) -> None:
        self.closed = True


def test_whoever_cannot_be_measured_is_named_with_the_reason() -> None:
    row = Fake()
    told: list[str] = []
    result = measure_row(row, 3, 2.0, told.append)
    assert result.samples == {FUJITA: [Sample(2.0)] * 3}
    assert result.missing == {"absent": "no wheel", "failing": "fell over"}
    assert row.order == [FUJITA, "failing", "failing", FUJITA, FUJITA]
    assert told[0] == f"round 1 of 3: {FUJITA}"
    assert row.closed


def test_a_row_may_ask_for_fewer_rounds() -> None:
    row = Fake()
    row.rounds = 1
    assert len(measure_row(row, 3, 1.0, lambda text: None).samples[FUJITA]) == 1

"""Measures a row: all contenders take turns, so that what disturbs one disturbs all."""

from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.figures import Result
from benchmarks.row import Measure, Row, Unavailable

Progress = Callable[[str], None]


def measure_row(row: Row, rounds: int, seconds: float, progress: Progress) -> Result:
    """Measures every contender of a row in each of the rounds.

    Args:
        row: What to measure.
        rounds: How many rounds; the row may ask for fewer.
        seconds: How long one measurement takes.
        progress: Is told what goes on.

    Returns:
        The figures; whoever could not be measured is named in ``missing``.
    """
    result = row.result()
    with ExitStack() as stack:
        measures = prepare_all(row, stack, result)
        count = min(rounds, row.rounds)
        for number in range(count):
            for contender in turn(list(measures), number):
                progress(f"round {number + 1} of {count}: {contender}")
                try:
                    sample = measures[contender](seconds)
                except Unavailable as error:
                    del measures[contender]
                    result.samples.pop(contender, None)
                    result.missing[contender] = str(error)
                else:
                    result.samples.setdefault(contender, []).append(sample)
    return result


def prepare_all(row: Row, stack: ExitStack, result: Result) -> dict[str, Measure]:
    measures = {}
    for contender in row.contenders:
        try:
            measures[contender] = row.prepare(contender, stack)
        except Unavailable as error:
            result.missing[contender] = str(error)
    return measures


def turn(contenders: list[str], number: int) -> list[str]:
    """Lets another contender begin in each round."""
    if not contenders:
        return []
    start = number % len(contenders)
    return contenders[start:] + contenders[:start]

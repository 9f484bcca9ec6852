"""The table that is shown, and the file that is kept."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import FUJITA, AtLeast, Result, Target

BUSY_ENOUGH = 0.9


def table(results: Sequence[Result]) -> str:
    """Gives the figures of all rows, with Fujita's ratio to each peer and the targets."""
    return "\n\n".join(block(result) for result in results)


def block(result: Result) -> str:
    lines = [f"{result.name}: {result.title}, {result.unit} ({result.better.value} is better)"]
    for contender in result.samples:
        lines.append(line(result, contender))
    for contender, reason in result.missing.items():
        lines.append(f"  {contender:20} missing: {reason}")
    lines += [f"  target {target!s:24} {verdict(result, target)}" for target in result.targets]
    return "\n".join(lines)


def line(result: Result, contender: str) -> str:
    """Shows the figure and Fujita's ratio to it, then the same for processor time."""
    peer = "" if contender == FUJITA else contender
    cells = [
        f"  {contender:20}",
        cell(result.median(contender), 12),
        cell(result.ratio(peer), 9, " ×"),
        cell(result.processor(contender), 11, " µs"),
        cell(result.processor_ratio(peer), 9, " ×"),
    ]
    busy = result.busy(contender)
    if busy is not None and busy < BUSY_ENOUGH:
        cells.append(f"   (had {busy:.0%} of its core)")
    return "".join(cells).rstrip()


def cell(value: float | None, width: int, unit: str = "") -> str:
    return f"{'' if value is None else number(value) + unit:>{width}}"


def verdict(result: Result, target: Target) -> str:
    met = result.met(target)
    if met is None:
        return "not measured"
    reached = result.ratio(target.peer) if isinstance(target, AtLeast) else result.median(FUJITA)
    figure = "" if reached is None else f" ({number(reached)})"
    return ("met" if met else "MISSED") + figure


def number(value: float) -> str:
    """Gives as many digits as mean something."""
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= limit:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}"


def summary(results: Sequence[Result]) -> str:
    """Says how many rows reached their targets, and names those that did not."""
    verdicts = {result.name: result.verdict() for result in results if result.targets}
    missed = [name for name, met in verdicts.items() if met is False]
    unknown = [name for name, met in verdicts.items() if met is None]
    reached = sum(met is True for met in verdicts.values())
    text = f"{reached} of {len(verdicts)} rows reach their targets."
    text += f" Missed: {', '.join(missed)}." if missed else ""
    return text + (f" Not measured: {', '.join(unknown)}." if unknown else "")


def document(
    results: Sequence[Result],
    *,
    date: str,
    machine: Mapping[str, str],
    versions: Mapping[str, str],
    options: Mapping[str, float],
) -> dict[str, Any]:
    """Gives all that was measured, for ``results.json``."""
    return {
        "date": date,
        "machine": dict(machine),
        "versions": dict(versions),
        "options": dict(options),
        "rows": {result.name: row_document(result) for result in results},
    }


def row_document(result: Result) -> dict[str, Any]:
    return {
        "title": result.title,
        "unit": result.unit,
        "better": result.better.value,
        "contenders": {
            contender: {
                "median": rounded(result.median(contender)),
                "processor_microseconds": rounded(result.processor(contender)),
                "busy": rounded(result.busy(contender)),
                "fujita_is_times_as_good": rounded(
                    None if contender == FUJITA else result.ratio(contender)
                ),
                "fujita_takes_times_less_processor": rounded(
                    None if contender == FUJITA else result.processor_ratio(contender)
                ),
                "samples": [rounded(sample.value) for sample in samples],
            }
            for contender, samples in result.samples.items()
        },
        "missing": result.missing,
        "targets": {str(target): result.met(target) for target in result.targets},
    }


def rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def write_document(path: Path, new: dict[str, Any]) -> dict[str, Any]:
    """Writes the figures; rows of an earlier run that were not measured now are kept.

    A row of an earlier run keeps the date at which it was measured.
    """
    for row in new["rows"].values():
        row["date"] = new["date"]
    old = json.loads(path.read_text())["rows"] if path.exists() else {}
    new["rows"] = {**old, **new["rows"]}
    path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n")
    return new

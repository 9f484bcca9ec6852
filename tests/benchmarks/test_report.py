import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.figures import FUJITA, AtLeast, Better, Result, Sample

from benchmarks import report


def a_result(name: str = "hello") -> Result:
    return Result(
        name,
        "hello, world",
        "requests/s",
        Better.HIGHER,
        (AtLeast("Tornado", 15), AtLeast("socketify"), AtLeast("Tornado", 5)),
        {FUJITA: [Sample(60_000, 15, 0.99)], "Tornado": [Sample(6_000, 150, 0.5)]},
        {"socketify": "no wheel"},
    )


def a_document(*results: Result, date: str = "2026-11-23T22:00+00:00") -> dict[str, Any]:
    return report.document(results, date=date, machine={}, versions={}, options={})


def test_block_shows_figures_ratios_verdicts_and_who_is_missing() -> None:
    lines = report.block(a_result()).splitlines()
    assert lines[1].split() == ["Fujita", "60,000", "15.0", "µs"]
    assert lines[2].split()[:6] == ["Tornado", "6,000", "10.0", "×", "150", "µs"]
    assert lines[2].endswith("10.0 ×   (had 50% of its core)")
    assert lines[3].split(maxsplit=1) == ["socketify", "missing: no wheel"]
    assert lines[4].endswith("MISSED (10.0)")
    assert lines[5].endswith("not measured")
    assert lines[6].endswith("met (10.0)")


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123")]
)
def test_numbers_have_the_digits_that_mean_something(value: float, text: str) -> None:
    assert report.number(value) == text


def test_summary_names_the_rows_that_missed() -> None:
    good = a_result("good")
    good.targets = (AtLeast("Tornado", 5),)
    unknown = a_result("unknown")
    unknown.targets = (AtLeast("socketify"),)
    assert report.summary([a_result("bad"), good, unknown]) == (
        "1 of 3 rows reach their targets. Missed: bad. Not measured: unknown."
    )


def test_document_holds_everything() -> None:
    row = a_document(a_result())["rows"]["hello"]
    assert row["contenders"]["Tornado"] == {
        "median": 6000,
        "processor_microseconds": 150,
        "busy": 0.5,
        "fujita_is_times_as_good": 10,
        "fujita_takes_times_less_processor": 10,
        "samples": [6000],
    }
    assert row["missing"] == {"socketify": "no wheel"}
    assert row["targets"] == {"15 × Tornado": False, "1 × socketify": None, "5 × Tornado": True}


def test_rows_that_were_not_measured_again_are_kept_with_their_date(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    report.write_document(path, a_document(a_result("hello"), a_result("json"), date="monday"))
    report.write_document(path, a_document(a_result("json"), date="tuesday"))
    rows = json.loads(path.read_text())["rows"]
    assert {name: row["date"] for name, row in rows.items()} == {
        "hello": "monday",
        "json": "tuesday",
    }

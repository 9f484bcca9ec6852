from typing import Any
from xml.etree import ElementTree

from benchmarks import picture

SVG = "{http://www.w3.org/2000/svg}"


def panel(better: str, **medians: float | None) -> dict[str, Any]:
    contenders = {name: {"median": median} for name, median in medians.items()}
    return {"title": "<row>", "unit": "1/s", "better": better, "contenders": contenders}


def document(**rows: dict[str, Any]) -> dict[str, Any]:
    machine = {"processor": "a & b", "python": "3.11"}
    return {"date": "2026-11-23T22:00", "machine": machine, "rows": rows}


def test_the_best_stands_first_and_its_bar_is_the_longest() -> None:
    rows = document(hello=panel("higher", Tornado=6000.0, Fujita=90000.0, nobody=None))
    root = ElementTree.fromstring(picture.draw(rows, ["hello", "not measured"]))
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.get("class") != "page"]
    assert [bar.get("class") for bar in bars] == ["own", ""]
    widths = [float(bar.get("width") or 0) for bar in bars]
    assert widths[0] == picture.BAR_WIDTH
    assert widths[1] == picture.BAR_WIDTH / 15
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts[:3] == ["<row>, 1/s", "Fujita", "90,000"]
    assert "a & b" in (texts[-1] or "")


def test_where_less_is_better_the_least_stands_first() -> None:
    assert picture.ranked(panel("lower", Tornado=14.0, Fujita=7.0))[0] == ("Fujita", 7.0)


def test_panels_do_not_overlap() -> None:
    rows = {f"row{n}": panel("higher", Fujita=1.0, Tornado=1.0) for n in range(5)}
    root = ElementTree.fromstring(picture.draw(document(**rows), list(rows)))
    places = {(bar.get("x"), bar.get("y")) for bar in root.iter(f"{SVG}rect")}
    assert len(places) == 5 * 2 + 1
    height = float(root.get("height") or 0)
    assert all(float(bar.get("y") or 0) < height for bar in root.iter(f"{SVG}rect"))

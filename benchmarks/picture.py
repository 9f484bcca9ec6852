"""Draws the figures: a panel of bars for each row, as SVG."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from benchmarks.figures import FUJITA
from benchmarks.report import number

# The rows that the README shows, those that say most first.
SHOWN = ("hello", "json", "ws-echo", "ws-broadcast", "client", "memory-websocket")

COLUMNS = 2
PANEL_WIDTH = 430
BAR_HEIGHT = 18
BAR_GAP = 6
LABEL_WIDTH = 130
BAR_WIDTH = 210
HEAD = 34
MARGIN = 20
CAPTION = 40

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2933; }
.title { font-weight: 600; font-size: 13px; }
.caption { fill: #616e7c; font-size: 11px; }
.figure { fill: #3e4c59; }
rect { fill: #b8c4ce; }
rect.own { fill: #d9480f; }
.own { font-weight: 600; }
rect.page { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb; } .figure { fill: #cbd2d9; } .caption { fill: #9aa5b1; }
  rect { fill: #52606d; } rect.own { fill: #ff7a33; } rect.page { fill: #0d1117; }
}
"""


def draw(document: Mapping[str, Any], names: Sequence[str] = SHOWN) -> str:
    """Gives a picture of some of the rows of a ``results.json``.

    Args:
        document: What ``report.document`` makes.
        names: The rows to show; those that were not measured are left out.

    Returns:
        An SVG document.
    """
    panels = [document["rows"][name] for name in names if name in document["rows"]]
    parts: list[str] = []
    top = MARGIN
    for start in range(0, len(panels), COLUMNS):
        row = panels[start : start + COLUMNS]
        for column, panel in enumerate(row):
            parts += panel_parts(panel, MARGIN + column * PANEL_WIDTH, top)
        top += max(map(panel_height, row)) + MARGIN
    width = 2 * MARGIN + COLUMNS * PANEL_WIDTH
    parts.append(text(MARGIN, top + 8, caption(document), "caption"))
    height = top + CAPTION
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img">',
            "<title>Fujita beside its peers</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{width}" height="{height}" rx="8"/>',
            *parts,
            "</svg>\n",
        ]
    )


def caption(document: Mapping[str, Any]) -> str:
    machine = document["machine"]
    return (
        f"{document['date'][:10]} · server on one core of {machine['processor']} · "
        f"Python {machine['python']} · medians · make bench"
    )


def ranked(panel: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Gives who was measured, the best first."""
    figures = [
        (contender, entry["median"])
        for contender, entry in panel["contenders"].items()
        if entry["median"] is not None
    ]
    return sorted(figures, key=lambda pair: pair[1], reverse=panel["better"] == "higher")


def panel_height(panel: Mapping[str, Any]) -> int:
    return HEAD + len(ranked(panel)) * (BAR_HEIGHT + BAR_GAP)


def panel_parts(panel: Mapping[str, Any], left: float, top: float) -> list[str]:
    figures = ranked(panel)
    most = max((figure for _, figure in figures), default=0) or 1
    better = "" if panel["better"] == "higher" else ", less is better"
    parts = [text(left, top + 14, f"{panel['title']}, {panel['unit']}{better}", "title")]
    for index, (contender, figure) in enumerate(figures):
        y = top + HEAD + index * (BAR_HEIGHT + BAR_GAP)
        middle = y + BAR_HEIGHT - 5
        own = "own" if contender == FUJITA else ""
        width = max(1.0, figure / most * BAR_WIDTH)
        bar = left + LABEL_WIDTH
        parts += [
            text(left, middle, contender, own),
            f'<rect class="{own}" x="{bar:.0f}" y="{y:.0f}" width="{width:.1f}"'
            f' height="{BAR_HEIGHT}" rx="2"/>',
            text(bar + width + 6, middle, number(figure), f"figure {own}".strip()),
        ]
    return parts


def text(x: float, y: float, content: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.0f}" y="{y:.0f}">{escape(content)}</text>'

"""Small drawings in SVG: boxes from left to right, joined by lines. For a handful of steps, not for whole estates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from everward.values import clean

WIDTH: Final = 220
HEIGHT: Final = 54
GAP: Final = 56
ROW: Final = 84
MARGIN: Final = 20
_LETTERS: Final = 26
"""Letters of a title that fit in a box: they are bold."""
_NOTE: Final = 32
"""Letters of a note that fit in a box."""
_COLOURS: Final = {"open": "#b3261e", "closed": "#1b6e3c", "unknown": "#7a5900", "plain": "#334155"}


class Box(NamedTuple):
    """One step."""

    title: str
    note: str = ""
    kind: str = "plain"
    """`open`, `closed`, `unknown` or `plain`: its colour."""


def draw(title: str, rows: Sequence[Sequence[Box]]) -> bytes:
    """Rows of boxes, each joined from left to right, under a title."""
    columns = max((len(row) for row in rows), default=1)
    width = MARGIN * 2 + columns * WIDTH + (columns - 1) * GAP
    height = MARGIN * 2 + 30 + max(len(rows), 1) * ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="system-ui, sans-serif">',
        f"<title>{_text(title, 400)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="{MARGIN + 12}" font-size="14" font-weight="600">{_text(title, width // 8)}</text>',
    ]
    for index, row in enumerate(rows):
        top = MARGIN + 30 + index * ROW
        for column, box in enumerate(row):
            left = MARGIN + column * (WIDTH + GAP)
            if column:
                middle = top + HEIGHT // 2
                lines.append(_arrow(left - GAP, left, middle))
            lines += _box(box, left, top)
    return "\n".join([*lines, "</svg>", ""]).encode("utf-8", "backslashreplace")


def _arrow(begin: int, end: int, middle: int) -> str:
    return (
        f'<path d="M{begin} {middle} H{end - 6} M{end - 12} {middle - 5} L{end - 4} {middle} L{end - 12} {middle + 5}" '
        'fill="none" stroke="#64748b" stroke-width="1.5"/>'
    )


def _box(box: Box, left: int, top: int) -> list[str]:
    colour = _COLOURS.get(box.kind, _COLOURS["plain"])
    title, note = _text(box.title), _text(box.note, _NOTE)
    return [
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#f8fafc" stroke="{colour}" '
        'stroke-width="1.5"/>',
        f'<text x="{left + 10}" y="{top + 22}" font-size="12" font-weight="600" fill="{colour}">{title}</text>',
        f'<text x="{left + 10}" y="{top + 40}" font-size="11" fill="#475569">{note}</text>',
    ]


def _text(text: str, letters: int = _LETTERS) -> str:
    """A text for an element, cut to what fits."""
    shown = clean(text)
    if len(shown) > letters:
        # Names that differ do so at their ends as often as at their beginnings.
        end = letters // 3
        shown = f"{shown[: letters - end - 1]}…{shown[-end:]}"
    return escape(shown, {'"': "&quot;"})

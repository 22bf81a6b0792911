"""What hangs on a vault as a drawing: a row for each event, a column for when it is felt."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from everward.facts.keys.effects import Effect, Event, Timing
from everward.facts.keys.impact import Impact
from everward.reports.keys import HEADS, WHENS, name_of
from everward.values import clean

_MARGIN: Final = 24
_SIDE: Final = 156
"""Width of the names of events."""
_CELL: Final = 268
_GAP: Final = 10
_LINE: Final = 16
_LETTERS: Final = 34
"""Letters of a line in a cell: 12 pixels high, in the widest of the fonts that viewers have."""
_BOLD: Final = 29
"""The same where they are bold."""
_NAMES: Final = 6
"""Resources that are named for one sentence."""
_COLOURS: Final = {
    Timing.AT_ONCE: ("#b3261e", "#fdecea"),
    Timing.LATER: ("#9a4a00", "#fff3e6"),
    Timing.RESTART: ("#7a5900", "#fff8e1"),
    Timing.RENEWAL: ("#334155", "#f1f5f9"),
    Timing.CONTINUES: ("#1b6e3c", "#eaf6ee"),
}
_COLUMNS: Final = {
    Timing.AT_ONCE: "stops at once",
    Timing.LATER: "stops later",
    Timing.RESTART: "runs on, does not start",
    Timing.RENEWAL: "runs on until it is renewed",
    Timing.CONTINUES: WHENS[Timing.CONTINUES],
}


def impact_svg(impact: Impact) -> Iterator[bytes]:
    """The drawing. Columns that nothing stands in are left out."""
    columns = [timing for timing in Timing if any(effect.timing is timing for effect in impact.effects)]
    rows = [event for event in Event if any(effect.event is event for effect in impact.effects)]
    cells = {
        (event, timing): _cell([one for one in impact.effects if one.event is event and one.timing is timing])
        for event in rows
        for timing in columns
    }
    heights = [max([len(cells[event, timing]) for timing in columns] or [1]) * _LINE + 20 for event in rows]
    width = 2 * _MARGIN + _SIDE + max(len(columns), 2) * (_CELL + _GAP)
    height = 2 * _MARGIN + 66 + sum(heights) + _GAP * len(rows) + (0 if rows else _LINE)
    yield "\n".join([*_frame(impact, width, height), *_body(columns, rows, cells, heights), "</svg>", ""]).encode(
        "utf-8", "backslashreplace"
    )


def _frame(impact: Impact, width: int, height: int) -> Iterator[str]:
    name = impact.item.name if impact.item is not None else impact.name
    kind = impact.item.kind if impact.item is not None else "vault"
    title = f"what hangs on {kind} {name}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" font-family="system-ui, sans-serif">'
    )
    yield f"<title>{_text(title)}</title>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    for index, line in enumerate(_wrap(title, (width - 2 * _MARGIN) // 9)[:2]):
        yield _line(line, _MARGIN, _MARGIN + 14 + index * 18, 'font-size="15" font-weight="600"')
    if not impact.effects:
        yield _line("no source shows who uses it", _MARGIN, _MARGIN + 56, 'font-size="12" fill="#475569"')


def _body(
    columns: Sequence[Timing],
    rows: Sequence[Event],
    cells: dict[tuple[Event, Timing], list[tuple[str, bool]]],
    heights: Sequence[int],
) -> Iterator[str]:
    left = _MARGIN + _SIDE
    right = left + len(columns) * (_CELL + _GAP) - _GAP
    top = _MARGIN + 56
    for index, timing in enumerate(columns):
        colour = _COLOURS[timing][0]
        style = f'font-size="12" font-weight="600" fill="{colour}"'
        yield _line(_COLUMNS[timing], left + index * (_CELL + _GAP) + 10, top, style)
    top += 10
    for event, height in zip(rows, heights, strict=True):
        yield f'<path d="M{_MARGIN} {top - _GAP // 2} H{right}" stroke="#e2e8f0" stroke-width="1"/>'
        for index, part in enumerate(_wrap(HEADS[event], 17)):
            yield _line(part, _MARGIN, top + 22 + index * _LINE, 'font-size="12" font-weight="600" fill="#0f172a"')
        for index, timing in enumerate(columns):
            yield from _box(left + index * (_CELL + _GAP), top, timing, cells[event, timing])
        top += height + _GAP


def _box(left: int, top: int, timing: Timing, lines: Sequence[tuple[str, bool]]) -> Iterator[str]:
    if not lines:
        return
    stroke, fill = _COLOURS[timing]
    height = len(lines) * _LINE + 20
    yield (
        f'<rect x="{left}" y="{top}" width="{_CELL}" height="{height}" rx="6" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="1"/>'
    )
    for index, (text, named) in enumerate(lines):
        weight, colour = ("600", stroke) if named else ("400", "#475569")
        style = f'font-size="12" font-weight="{weight}" fill="{colour}"'
        yield _line(text, left + 10, top + 22 + index * _LINE, style)


def _cell(found: Sequence[Effect]) -> list[tuple[str, bool]]:
    """The lines of a cell, and whether each names resources: who, then what happens to them."""
    groups: dict[str, list[str]] = {}
    for effect in found:
        groups.setdefault(effect.what, []).append(name_of(effect.consumer))
    lines: list[tuple[str, bool]] = []
    for what, names in groups.items():
        if lines:
            lines.append(("", False))
        distinct = list(dict.fromkeys(names))
        for name in distinct[:_NAMES]:
            lines += [(line, True) for line in _wrap(name, _BOLD)]
        if len(distinct) > _NAMES:
            lines.append((f"and {len(distinct) - _NAMES} more", True))
        lines += [(line, False) for line in _wrap(what, _LETTERS)]
    return lines


def _wrap(text: str, letters: int) -> list[str]:
    return textwrap.wrap(clean(text), max(letters, 8)) or [""]


def _line(text: str, left: int, top: int, style: str) -> str:
    return f'<text x="{left}" y="{top}" {style}>{_text(text)}</text>'


def _text(text: str) -> str:
    return escape(clean(text), {'"': "&quot;"})

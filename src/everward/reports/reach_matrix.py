"""Which segments can talk: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

from everward.facts.reach.factvalues import step_value
from everward.facts.reach.matrix import Cell, Matrix
from everward.facts.reach.pods import PodNetworks
from everward.facts.reach.services import format_service
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.pods import pods_rows, pods_text
from everward.reports.reach import SCHEMA, word
from everward.reports.words import Places
from everward.values import clean


def matrix_text(
    matrix: Matrix, look: Look, pods: PodNetworks | None = None, *, explain: bool = False
) -> Iterator[bytes]:
    """Who can talk to whom: rows to columns, `all`, `some`, `?` or `-`, then what `some` is; then pods of clusters.

    With `explain`, what keeps services from passing stands below, for every pair.
    """
    subnets = matrix.subnets
    layout = Layout(look)
    cells = {(cell.source.key, cell.destination.key): cell for cell in matrix.cells()}
    lines = [*layout.plain("from the row to the column: `all` services, `some` of them, `?` not known, `-` none")]
    for index, subnet in enumerate(subnets):
        lines += layout.plain(f"{subnet.network.name} / {subnet.name}", f"{index + 1:>4}  ", " " * 6)
    lines.append("      " + "".join(f"{index + 1:>6}" for index in range(len(subnets))))
    for index, source in enumerate(subnets):
        row = (_sign(matrix, cells.get((source.key, target.key))) for target in subnets)
        lines.append(f"{index + 1:>6}" + "".join(f"{sign:>6}" for sign in row))
    for cell in cells.values():
        if cell.some and cell.some != matrix.world.space.everything:
            services = ", ".join(format_service(item) for item in matrix.services(cell.some))
            lines += layout.plain(f"{cell.source.name} -> {cell.destination.name}: {services}", "some  ", " " * 6)
    lines += _explained(matrix, list(cells.values()), layout) if explain else []
    lines += [] if pods is None else pods_text(pods, layout)
    for line in lines:
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _explained(matrix: Matrix, cells: list[Cell], layout: Layout) -> Iterator[str]:
    """What keeps services from passing, for every pair of which not all pass."""
    told = [(cell, matrix.against(cell)) for cell in cells if _sign(matrix, cell) != "all"]
    places = Places(step.origin.file for _, steps in told for step in steps if step.origin is not None)
    for cell, steps in told:
        sign = {"-": "none", "?": "unknown"}.get(_sign(matrix, cell), "some")
        yield from layout.plain(f"{_name(cell.source)} -> {_name(cell.destination)}", f"{sign:8}", " " * 8)
        label = "by"
        for step in steps:
            place = f" ({places.text(step.origin)})" if step.origin is not None else ""
            yield from layout.plain(f"{step.what}{place}", f"  {label:6}", " " * 8)
            label = ""
    if places.base:
        yield f"places are below {clean(places.base)}"


def _name(subnet: Any) -> str:
    return f"{subnet.network.name} / {subnet.name}"


def _sign(matrix: Matrix, cell: Cell | None) -> str:
    if cell is None:
        return "."
    if cell.every == matrix.world.space.everything:
        return "all"
    if cell.some:
        return "some"
    return "?" if cell.perhaps else "-"


def matrix_json(matrix: Matrix, pods: PodNetworks | None = None, *, explain: bool = False) -> Iterator[bytes]:
    """The matrix as one JSON document: a cell for each pair between which something passes, or may.

    With `explain`, one for every pair, with what keeps services from passing.
    """
    cells = [_cell(matrix, cell, explain=explain) for cell in matrix.cells() if explain or cell.perhaps or cell.some]
    subnets = [{"id": item.id, "name": item.name, "network": item.network.id} for item in matrix.subnets]
    rows = [] if pods is None else pods_rows(pods)
    yield encode({"schema": SCHEMA, "subnets": subnets, "cells": cells, "pods": rows}) + b"\n"


def _cell(matrix: Matrix, cell: Cell, *, explain: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "source": cell.source.id,
        "destination": cell.destination.id,
        "some": [format_service(item) for item in matrix.services(cell.some)] if cell.some else [],
        "every": [format_service(item) for item in matrix.services(cell.every)] if cell.every else [],
        "perhaps": [format_service(item) for item in matrix.services(cell.perhaps)] if cell.perhaps else [],
        "route": word(cell.route),
    }
    if explain:
        made["decidedBy"] = [step_value(step) for step in matrix.against(cell)] if _sign(matrix, cell) != "all" else []
    return made


MOST_DRAWN: Final = 100
"""Subnets in one drawing: with more, nobody can read it."""
_SIDE: Final = 30
_HEAD: Final = 78
_MARGIN: Final = 20
_LABEL: Final = 300
_LETTERS: Final = 42
_FILL: Final = {"all": "#f7c8c4", "some": "#fbe3c0", "?": "#e2e8f0", "-": "#d3ecdc", ".": "#ffffff"}


def matrix_svg(matrix: Matrix) -> Iterator[bytes]:
    """The matrix as a drawing: a square for each pair, with what passes as its title."""
    subnets = matrix.subnets[:MOST_DRAWN]
    left, width = _MARGIN + _LABEL, _MARGIN * 2 + _LABEL + max(len(subnets) * _SIDE, 260)
    height = _HEAD + len(subnets) * _SIDE + _MARGIN
    title = f"from the row to the column, {len(matrix.subnets)} subnets"
    title += f", of which the first {MOST_DRAWN} are drawn" if len(matrix.subnets) > MOST_DRAWN else ""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="11">\n<title>{title}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{_MARGIN}" y="{_MARGIN + 8}" font-size="14" font-weight="600">{title}</text>\n'
        f'<text x="{_MARGIN}" y="{_MARGIN + 26}">all services, some of them, ? not known, - none</text>\n'
    ).encode()
    for index, source in enumerate(subnets):
        top = _HEAD + index * _SIDE
        lines = [
            f'<text x="{left + index * _SIDE + _SIDE // 2}" y="{_HEAD - 8}" text-anchor="middle">{index + 1}</text>',
            f'<text x="{left - 8}" y="{top + 19}" text-anchor="end">{_shown(_name(source))} {index + 1}</text>',
        ]
        lines += [_square(matrix, source, target, left + at * _SIDE, top) for at, target in enumerate(subnets)]
        yield "\n".join([*lines, ""]).encode("utf-8", "backslashreplace")
    yield b"</svg>\n"


def _square(matrix: Matrix, source: Any, target: Any, x: int, y: int) -> str:
    cell = matrix.cell(source, target) if source is not target else None
    sign = _sign(matrix, cell)
    passing = matrix.services(cell.some) if cell is not None and cell.some else ()
    said = ", ".join(format_service(item) for item in passing) or {"?": "not known", "-": "nothing"}.get(sign, "")
    tip = f"<title>{_shown(f'{_name(source)} to {_name(target)}: {said}', 400)}</title>" if cell is not None else ""
    return (
        f'<g>{tip}<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" fill="{_FILL[sign]}" stroke="#94a3b8"/>'
        f'<text x="{x + _SIDE // 2}" y="{y + 19}" text-anchor="middle">{sign if cell is not None else ""}</text></g>'
    )


def _shown(text: str, letters: int = _LETTERS) -> str:
    shown = clean(text)
    return escape(shown if len(shown) <= letters else f"{shown[: letters - 1]}…")

"""Where the rows of an inventory stand, worked out by reading the file once more when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

import msgspec

from everward.sources.inventory import table
from everward.sources.inventory.content import LARGE_BYTES, Content, lines_of, read_content, release
from everward.sources.inventory.envelope import Page, split, unwrap
from everward.sources.inventory.rows import RELEASED_ROWS, STRICT_ERRORS, finished_page, is_lines, is_table
from everward.sources.jsontext import JsonError, Outline, decode_text, parse
from everward.sources.limits import Limits
from everward.sources.tree import Tree
from everward.values import Origin, Step, UnreadableError, format_path

Mark: TypeAlias = "int | tuple[int, Step, int]"
"""A row by its number in the file, or a child in the `resources` of a row."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The text in which a row stands, and the way from there to the row."""

    start: int
    end: int
    line: int
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None
    """The names of a row's positions; none at all for a record of a table of text."""
    address: str | None = None
    """The row's own JSON path in the file."""


class InventoryPlaces:
    """The places of one file. Rows are numbered as `Rows` gives them out."""

    source = "inventory"

    def __init__(self, path: Path, shown: str, tree: Tree, limits: Limits | None = None) -> None:
        self._path = path
        self._shown = shown
        self._tree = tree
        self._limits = limits
        self._outline = lru_cache(maxsize=64)(self._read_outline)

    def file(self, mark: Mark) -> str:  # noqa: ARG002 — one file has them all
        """The file of a row."""
        return self._shown

    def origin(self, mark: Mark) -> Origin:
        """The lines of a row."""
        return self._whole(mark) or self._at(mark, ()) or Origin(source="inventory", file=self._shown)

    def _whole(self, mark: Mark) -> Origin | None:
        """The lines of a row that is a text of its own: they are counted, nothing needs to be read."""
        if not isinstance(mark, int) or mark >= len(self._spots):
            return None
        spot = self._spots[mark]
        if spot.steps or self._content is None:
            return None
        text = self._content[spot.start : spot.end]
        first = spot.line + text[: len(text) - len(text.lstrip())].count(b"\n")
        last = first + text.strip().count(b"\n")
        return Origin(
            source="inventory",
            file=self._shown,
            line=first,
            end_line=last if last != first else None,
            address=spot.address,
        )

    def property_origin(self, mark: Mark, steps: tuple[Step, ...]) -> Origin | None:
        """The lines of a property of a row."""
        return self._at(mark, steps)

    def _at(self, mark: Mark, steps: tuple[Step, ...]) -> Origin | None:
        row, inner = (mark, ()) if isinstance(mark, int) else (mark[0], mark[1:])
        spots = self._spots
        if row >= len(spots):
            return None
        spot = spots[row]
        if spot.columns == ():
            return self._at_record(spot, row)
        outline = self._outline(spot.start, spot.end)
        ways = [(*inner, *steps)]
        if steps and steps[0] == "properties":
            # What the command line prints has its properties in itself.
            ways.append((*inner, *(step for step in steps if step != "properties")))
        found = next(filter(None, (outline.exact((*spot.steps, *_to_column(spot, way))) for way in ways)), None)
        if found is None:
            return None
        first, last = (line + spot.line - 1 for line in found)
        return Origin(
            source="inventory",
            file=self._shown,
            line=first,
            end_line=last if last != first else None,
            address=spot.address if not steps and not inner else None,
        )

    def _at_record(self, spot: Spot, row: int) -> Origin:
        """The lines of a record of a table, in which a cell has none of its own."""
        found = self._whole(row)
        return found or Origin(source="inventory", file=self._shown, line=spot.line)

    def _read_outline(self, start: int, end: int) -> Outline:
        return Outline(self._content[start:end] if self._content is not None else b"")

    @cached_property
    def _content(self) -> Content | None:
        try:
            return read_content(self._path, self._tree, self._limits)
        except UnreadableError:
            # It was there when it was read. What is gone since has no lines.
            return None

    @cached_property
    def _spots(self) -> list[Spot]:
        content = self._content
        if content is None:
            return []
        try:
            return _spots_of(content)
        finally:
            # A large file was read from end to end for this: its pages need not stay.
            release(content)


def _spots_of(content: Content) -> list[Spot]:
    if is_table(content):
        return _spots_of_table(content)
    if is_lines(content):
        return _spots_of_lines(content)
    try:
        page = unwrap(msgspec.Raw(content), split)
    except STRICT_ERRORS:
        return _spots_of_mended(content)
    return _spots_of_rows(content, page) if page is not None else []


def _to_column(spot: Spot, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The way into a row of a table: its values stand at numbers, not at names."""
    if spot.columns is None or not steps:
        return steps
    names = [name.lower() for name in spot.columns]
    first = str(steps[0]).lower()
    return (names.index(first), *steps[1:]) if first in names else ("", *steps)


def _spots_of_table(content: Content) -> list[Spot]:
    found = table.begin(content)
    if found is None:
        return []
    header, skipped = found
    return [
        Spot(record.start, record.end, record.line, (), ()) for record in table.records(content, header.mark, skipped)
    ]


def _spots_of_rows(content: Content, page: Page) -> list[Spot]:
    if page.ways is not None:
        return _inside(page, 0, len(content), 1)
    columns = tuple(page.columns) if page.columns is not None else None
    spots: list[Spot] = []
    position, line = 0, 1
    for index, raw in enumerate(page.rows):
        if index % RELEASED_ROWS == 0:
            # A large file was read to its end to part the rows, and is read once more: its pages need not stay.
            release(content)
        text = bytes(raw)
        start = content.find(text, position)
        line += content[position:start].count(b"\n")
        address = None if page.single else format_path((*page.steps, index))
        spots.append(Spot(start, start + len(text), line, (), columns, address))
        # Lines inside the row are counted with what follows it.
        position = start
    return spots


def _spots_of_mended(content: Content) -> list[Spot]:
    if len(content) >= LARGE_BYTES:
        # To place every part of it would take many times its size in memory.
        return []
    page, _ = _patiently(content[:])
    return _inside(page, 0, len(content), 1) if page is not None else []


def _patiently(content: bytes) -> tuple[Page | None, bool]:
    """The page of a content that is not strict JSON, and whether it is whole."""
    try:
        return unwrap(parse(decode_text(content), placed=False)[0]), True
    except JsonError as error:
        return finished_page(error), False
    except ValueError:
        return None, False


def _inside(page: Page, start: int, end: int, line: int) -> list[Spot]:
    """Spots of rows whose document has to be read as a whole."""
    if page.single:
        return [Spot(start, end, line)]
    if page.ways is not None:
        return [Spot(start, end, line, way, None, format_path(way)) for way in page.ways]
    columns = tuple(page.columns) if page.columns is not None else None
    return [
        Spot(start, end, line, (*page.steps, index), columns, format_path((*page.steps, index)))
        for index in range(len(page.rows))
    ]


def _spots_of_lines(content: Content) -> list[Spot]:
    spots: list[Spot] = []
    position = 0
    for number, line in enumerate(lines_of(content), 1):
        start, position = position, position + len(line)
        if not line.strip():
            continue
        try:
            page, whole = unwrap(msgspec.json.decode(line)), True
        except STRICT_ERRORS:
            page, whole = _patiently(line.rstrip())
        if page is not None and not page.single:
            spots.extend(_inside(page, start, position, number))
        elif whole:
            spots.append(Spot(start, position, number))
    return spots

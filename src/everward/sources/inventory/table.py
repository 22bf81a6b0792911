"""Tables of text: CSV as the portal, PowerShell and AzGovViz write it, record by record, with the line of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from everward.sources.inventory.content import Content, lines_of

MARKS: Final = (",", ";", "\t", "|")
"""What may part the cells of a record."""

MAX_RECORD_BYTES: Final = 4 * 1024 * 1024
"""Beyond this a quote that was opened is taken as one that does not end."""

_JSON_COLUMNS: Final = frozenset({"properties", "tags", "sku", "identity", "zones", "plan", "extendedLocation"})
_COLUMNS: Final = {
    name.lower(): name
    for name in (
        "id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy",
        *sorted(_JSON_COLUMNS),
    )
}  # fmt: skip
_IDS: Final = ("resourceid", "resource id", "id")
EXCEL_CELL: Final = 32_767
"""Characters that a cell of Excel holds: what is longer was cut when the table was saved with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table."""

    line: int
    """Its first line, from 1."""
    start: int
    """Where it begins in the content, and where it ends."""
    end: int
    cells: tuple[str, ...] = ()
    problem: str | None = None
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns of a table."""

    names: tuple[str, ...]
    mark: str

    def row(self, record: Record) -> dict[str, Any] | str:
        """A record as a row, or what is wrong with it."""
        if record.problem is not None:
            return record.problem
        if len(record.cells) != len(self.names):
            return f"it has {len(record.cells)} cells, and the table has {len(self.names)} columns"
        row: dict[str, Any] = {}
        for name, cell in zip(self.names, record.cells, strict=True):
            if name not in _JSON_COLUMNS:
                row[name] = cell
                continue
            value = _decoded(cell)
            if value is _BROKEN:
                cut = len(cell) >= EXCEL_CELL - 1
                return f"its `{name}` is not JSON" + (": it was cut, as Excel cuts long cells" if cut else "")
            row[name] = value
        return row


_BROKEN: Final = object()


def _decoded(cell: str) -> Any:
    text = cell.strip()
    if not text or text == "null" or text.startswith(("@{", "System.")):
        # The last two are how PowerShell writes an object for which it was not told a depth.
        return None
    if text[0] not in "{[":
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _BROKEN


def header_of(line: str) -> Header | None:
    """The columns of a table by its first line; None when no column can hold ids of resources."""
    found: Header | None = None
    for mark in MARKS:
        names = _cells(line, mark)
        if names is None or (found is not None and len(names) <= len(found.names)):
            continue
        found = Header(tuple(_spelled([name.strip() for name in names])), mark)
    # One column is a list of something, and lines of other text have no marks at all.
    return found if found is not None and len(found.names) > 1 else None


def _spelled(names: list[str]) -> list[str]:
    lowered = [name.lower() for name in names]
    holder = next((name for name in _IDS if name in lowered), None)
    if holder is None or not {"type", "name", "location", "resourcegroup", "resource group"} & set(lowered):
        # A table of another tool: its kind is told by the names as they are.
        return names
    if len(set(lowered)) < len(lowered) or {"scopetype", "assignablescopes", "policyassignmentid"} & set(lowered):
        return names
    return [
        "id" if low == holder else _COLUMNS.get(low.replace(" ", ""), name)
        for name, low in zip(names, lowered, strict=True)
    ]


def _cells(text: str, mark: str) -> list[str] | None:
    before = csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        return next(iter(csv.reader([text], delimiter=mark, strict=True)), [])
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(before)


def begin(content: Content | bytes) -> tuple[Header, int] | None:
    """The header of a table, and how many lines stand before its records; None when it is no table."""
    for number, raw in enumerate(lines_of(content), 1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            return None
        # Excel is told the mark, and PowerShell 5 tells the type, on a line of its own.
        if not line.strip() or line.lower().startswith(("sep=", "#type ")):
            if number > 3:
                return None
            continue
        header = header_of(line)
        return (header, number) if header is not None else None
    return None


def records(content: Content, mark: str, skipped: int) -> Iterator[Record]:
    """The records after the header. A quote that does not end costs its own line, not the rest of the table."""
    return _Splitter(mark).split(_numbered(content, skipped))


def _numbered(content: Content, skipped: int) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    for number, line in enumerate(lines_of(content), 1):
        start, position = position, position + len(line)
        if number > skipped:
            yield number, start, line


class _Splitter:
    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.held: list[tuple[int, int, bytes]] = []
        """Lines of a record whose quote is still open."""
        self.quotes = 0
        self.size = 0

    def split(self, lines: Iterable[tuple[int, int, bytes]]) -> Iterator[Record]:
        for item in lines:
            if not self.held and not item[2].strip():
                continue
            yield from self._take(item)
        while self.held:
            yield from self._give_up()

    def _take(self, item: tuple[int, int, bytes]) -> Iterator[Record]:
        self.held.append(item)
        self.quotes += item[2].count(b'"')
        self.size += len(item[2])
        if self.quotes % 2 == 0:
            yield self._record(self.held)
            self._forget()
        elif self.size > MAX_RECORD_BYTES:
            yield from self._give_up()

    def _give_up(self) -> Iterator[Record]:
        """The quote of the first line does not end: that line is lost, and the others are read anew."""
        first, *rest = self.held
        self._forget()
        number, start, line = first
        yield Record(number, start, start + len(line), problem="a quote in it does not end")
        for item in rest:
            if self.held or item[2].strip():
                yield from self._take(item)

    def _forget(self) -> None:
        self.held, self.quotes, self.size = [], 0, 0

    def _record(self, lines: list[tuple[int, int, bytes]]) -> Record:
        number, start, _ = lines[0]
        end = lines[-1][1] + len(lines[-1][2])
        try:
            text = b"".join(line for _, _, line in lines).decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            return Record(number, start, end, problem="it is not text in UTF-8")
        cells = _record_cells(text, self.mark)
        if cells is None:
            return Record(number, start, end, problem="its quotes are not those of a table")
        return Record(number, start, end, tuple(cells))


def _record_cells(text: str, mark: str) -> list[str] | None:
    before = csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(before)
    return found[0] if len(found) == 1 else None

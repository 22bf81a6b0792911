"""From the content of an inventory to its rows, one after the other, with what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from everward.estate import Unresolved
from everward.sources.inventory import table
from everward.sources.inventory.content import LARGE_BYTES, Content, lines_of, release
from everward.sources.inventory.envelope import Opener, Page, keep, named_row, split, unwrap
from everward.sources.inventory.sharing import Sharer
from everward.sources.jsontext import JsonError, decode_text, parse
from everward.values import Origin

STRICT_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What strict decoding raises on text that is not strict JSON, not UTF-8, or nested too deeply."""

MAX_PATIENT_BYTES: Final = 256 * 1024 * 1024
"""Up to this size a file that is not strict JSON is read with patience, which takes more time and memory."""

RELEASED_ROWS: Final = 4_096
"""Rows of a large file after which the pages that were read are given back."""

_TEXT: Final = re.compile(rb"\S")

LISTED_ROWS: Final = 20
"""How many bad rows of one file are listed singly."""

LOST: Final = object()
"""Stands for a row that could not be read; `problems` says why."""


@dataclass(slots=True)
class Rows:
    """The rows of one file. Iterate once; then `problems` and `pages` are complete.

    Rows come as decoded values, in order; what is no resource comes too, for the caller to say so.
    """

    content: Content
    shown: str
    """The file as the user would open it."""
    problems: list[Unresolved] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    """The documents of the file, without their rows."""
    count: int = 0
    """How many rows were given out."""
    _spoilt: list[tuple[int, str]] = field(default_factory=list)
    """Lines of the records of a table that cannot be read, and why."""

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows():
            yield row
            self.count += 1

    def _rows(self) -> Iterator[Any]:
        if is_table(self.content):
            yield from self._of_table()
        elif is_lines(self.content):
            yield from self._of_lines()
        elif len(self.content) >= LARGE_BYTES:
            yield from self._of_large()
        else:
            yield from self._of_small(self.content[:])

    def _of_small(self, content: bytes) -> Iterator[Any]:
        try:
            document = msgspec.json.decode(content)
        except STRICT_ERRORS:
            yield from self._of_mended(content)
            return
        yield from self._of_document(document, keep)

    def _of_document(self, document: Any, open: Opener) -> Iterator[Any]:
        page = unwrap(document, open)
        if page is None:
            self._report("no resources in a form that is known", line=1)
            return
        yield from self._of_page(page)

    def _of_page(self, page: Page) -> Iterator[Any]:
        rows, page.rows = page.rows, []
        self.pages.append(page)
        if page.columns is None:
            yield from rows
        else:
            for row in rows:
                yield named_row(row, page.columns)

    def _of_large(self) -> Iterator[Any]:
        """Row by row: each is decoded alone, and equal values are kept once."""
        sharer = Sharer()
        try:
            page = unwrap(msgspec.Raw(self.content), split)
        except STRICT_ERRORS as error:
            if len(self.content) <= MAX_PATIENT_BYTES:
                yield from self._of_mended(self.content[:])
            else:
                self._report(f"it is not valid JSON, and too large to be read with patience: {error}".lower())
            return
        if page is None:
            self._report("no resources in a form that is known", line=1)
            return
        rows, page.rows = page.rows, []
        self.pages.append(page)
        for index, raw in enumerate(rows):
            # What was decoded need not stay.
            rows[index] = None
            if index % RELEASED_ROWS == RELEASED_ROWS - 1:
                release(self.content)
            if not isinstance(raw, msgspec.Raw):
                yield raw
                continue
            try:
                yield named_row(sharer.row(raw, page.columns), page.columns)
            except STRICT_ERRORS:
                yield self._mended_row(bytes(raw), index)

    def _mended_row(self, content: bytes, index: int) -> Any:
        try:
            return parse(decode_text(content), placed=False)[0]
        except ValueError as error:
            reason = error.message if isinstance(error, JsonError) else "not text in UTF-8"
            self._report(f"row {index + 1} is not readable as JSON: {reason}")
            return LOST

    def _of_table(self) -> Iterator[Any]:
        found = table.begin(self.content)
        if found is None:
            self._report("no resources in a form that is known", line=1)
            return
        header, skipped = found
        for number, record in enumerate(table.records(self.content, header.mark, skipped), 1):
            if number % RELEASED_ROWS == 0:
                release(self.content)
            row = header.row(record)
            if isinstance(row, str):
                self._spoilt.append((record.line, row))
                yield LOST
            else:
                yield row
        self._report_spoilt()

    def _report_spoilt(self) -> None:
        for line, reason in self._spoilt[:LISTED_ROWS]:
            self._report(f"the row is not read: {reason}", line=line)
        if len(self._spoilt) > LISTED_ROWS:
            rest = len(self._spoilt) - LISTED_ROWS
            self._report(
                f"{rest:,} further rows are not readable, the first of them here", line=self._spoilt[LISTED_ROWS][0]
            )

    def _of_lines(self) -> Iterator[Any]:
        sharer = Sharer() if len(self.content) >= LARGE_BYTES else None
        for number, line in enumerate(lines_of(self.content), 1):
            if number % RELEASED_ROWS == 0:
                release(self.content)
            if not line.strip():
                continue
            try:
                document = sharer.row(line, None) if sharer is not None else msgspec.json.decode(line)
            except STRICT_ERRORS:
                yield from self._of_mended(line.rstrip(), first_line=number, lines=True)
                continue
            if sharer is not None and _wraps(document):
                # INVARIANT: no two rows are one object, or what is done to one would be done to the other.
                document = msgspec.json.decode(line)
            yield from self._of_line(document)

    def _of_line(self, document: Any) -> Iterator[Any]:
        page = unwrap(document)
        if page is None or page.single:
            # One row a line, whether it is a resource or not: the caller tells.
            yield document
        else:
            yield from self._of_page(page)

    def _of_mended(self, content: bytes, *, first_line: int = 1, lines: bool = False) -> Iterator[Any]:
        """Read with patience what is not strict JSON; of text that breaks off, the rows before the break."""
        try:
            text = decode_text(content)
        except ValueError:
            self._report("it is not text in UTF-8", line=first_line)
            return
        try:
            document = parse(text, placed=False)[0]
        except JsonError as error:
            line = first_line + text.count("\n", 0, error.offset)
            page = finished_page(error)
            before = f"; the {len(page.rows)} rows before it were read" if page is not None and page.rows else ""
            self._report(f"not readable as JSON: {error.message}{before}", line=line)
            if page is not None:
                yield from self._of_page(page)
            return
        if lines:
            yield from self._of_line(document)
        else:
            yield from self._of_document(document, keep)

    def _report(self, reason: str, *, line: int | None = None) -> None:
        self.problems.append(
            Unresolved(
                subject=self.shown,
                reason=reason,
                origin=Origin(source="inventory", file=self.shown, line=line),
                help="export it again, or mend it",
                incomplete=True,
            )
        )


def _wraps(document: Any) -> bool:
    page = unwrap(document)
    return page is not None and not page.single


def finished_page(error: JsonError) -> Page | None:
    """The whole rows in front of a syntax error, or None when there can be none."""
    page = unwrap(error.root)
    if page is None or page.single:
        return None
    if any(page.rows is holder for holder in error.open[:-1]):
        page.rows = page.rows[:-1]
    return page


def is_table(content: Content) -> bool:
    """Whether a content is a table of text: it begins with neither an array, an object nor a comment of JSON."""
    found = _TEXT.search(content)
    return found is not None and content[found.start() : found.start() + 1] not in (b"{", b"[", b"/")


def is_lines(content: Content) -> bool:
    """Whether a content is JSON lines: its first line is a whole array or object, and something follows.

    A document may be one line of any length, so lines are looked at where they stand.
    """
    first: tuple[int, int] | None = None
    position = 0
    while position < len(content):
        found = content.find(b"\n", position)
        end = found if found >= 0 else len(content)
        text = _TEXT.search(content, position, end)
        position = end + 1
        if text is None:
            continue
        if first is not None:
            return _is_whole(content[first[0] : first[1]])
        start, end = text.start(), _end_of_text(content, text.start(), end)
        # A document that opens on its first line and goes on is no lines; nor is one that ends there.
        if content[start : start + 1] not in (b"{", b"[") or content[end - 1 : end] not in (b"}", b"]"):
            return False
        first = start, end
    return False


def _end_of_text(content: Content, start: int, end: int) -> int:
    while end > start and content[end - 1 : end].isspace():
        end -= 1
    return end


def _is_whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except STRICT_ERRORS:
        return False
    return True

"""Where a value came from."""

from __future__ import annotations

import msgspec


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A place in a source: what was read, which file and lines, which address inside it."""

    source: str
    """The kind of source: `terraform`, `plan`, `state`, `template`, `inventory`."""
    file: str | None = None
    """The file as the user would open it: relative to where they stand, `/` between its parts."""
    line: int | None = None
    """First line, counted from 1."""
    end_line: int | None = None
    """Last line, counted from 1; absent when it is the first."""
    address: str | None = None
    """The source's own name for the thing: a Terraform address, a JSON path, an ARM id."""

    def __str__(self) -> str:
        place = self.file or self.source
        if self.line is not None:
            place = f"{place}:{self.line}"
        return place

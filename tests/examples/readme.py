"""The faults that `examples/README.md` promises: its table, read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PLACE = re.compile(r"`([\w./-]+):(\d+)`")


@dataclass(frozen=True)
class Place:
    """A file of the faulty twin, below its folder, and a line in it."""

    file: str
    line: int


@dataclass(frozen=True)
class Fault:
    """One row: what was planted where, and which criterion bites."""

    id: str
    chapter: str
    terraform: Place
    arm: Place
    criterion: str


def _place(cell: str) -> Place:
    match = PLACE.fullmatch(cell)
    if match is None:
        raise ValueError(f"`{cell}` is not a file and a line")
    return Place(match[1], int(match[2]))


def faults() -> list[Fault]:
    """The rows of the table, in order."""
    found = []
    for line in (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| F"):
            identity, chapter, _, criterion, terraform, arm = cells
            found.append(Fault(identity, chapter, _place(terraform), _place(arm), criterion.strip("`")))
    return found

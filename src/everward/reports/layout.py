"""Lines for a screen: folded to its width, labelled, coloured where colours are welcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.reports.interface import Look
from everward.values import clean

LABEL: Final = 10
"""Columns that a label takes."""

_COLOURS: Final = {
    "critical": "1;97;41", "high": "1;31", "medium": "33", "low": "36", "info": "2",
    "head": "1", "dim": "2", "bad": "1;31",
}  # fmt: skip
_JOINTS: Final = ("/.]", "-_:,")
"""Characters after which a word that is too long may be broken, the better ones first: paths have no spaces."""


def fold(text: str, width: int, first: str = "", then: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, the first after `first`, the others after `then`.

    Words are kept whole; one that is longer than a line is broken at a joint of a path or an address.
    """
    lines: list[str] = []
    line, empty = first, True
    for given in text.split():
        word = given
        while word:
            room = width - len(line) - (not empty)
            if len(word) <= room:
                line, empty, word = f"{line}{'' if empty else ' '}{word}", False, ""
            elif len(word) > width - len(then) and room >= 20:
                cut = _joint(word, room)
                line, word = f"{line}{'' if empty else ' '}{word[:cut]}", word[cut:]
                lines.append(line)
                line, empty = then, True
            elif empty:
                # There is no room for sense: break where the line ends.
                lines.append(f"{line}{word[: max(room, 1)]}")
                line, word = then, word[max(room, 1) :]
            else:
                lines.append(line)
                line, empty = then, True
    if not empty:
        lines.append(line)
    return lines


def _joint(word: str, room: int) -> int:
    """Where to break a word so that what comes before fits: after its last joint, else at the edge."""
    for joints in _JOINTS:
        best = max(word.rfind(joint, 0, room) for joint in joints) + 1
        if best > room // 3:
            return best
    return room


class Layout:
    """Makes the lines of a report."""

    def __init__(self, look: Look) -> None:
        self.look = look

    def colour(self, text: str, kind: str | None) -> str:
        """`text` in the colour of its kind."""
        code = _COLOURS.get(kind or "")
        return f"\x1b[{code}m{text}\x1b[0m" if self.look.colour and code and text else text

    def heading(self, text: str) -> Iterator[str]:
        """The start of a section."""
        yield ""
        yield from (self.colour(line, "head") for line in fold(text, self.look.width))
        yield "-" * min(len(text), self.look.width)

    def plain(self, text: str, first: str = "", then: str = "", kind: str | None = None) -> Iterator[str]:
        """A paragraph."""
        yield from (self.colour(line, kind) for line in fold(clean(text), self.look.width, first, then))

    def row(self, label: str, text: str, kind: str | None = None, *, most: int | None = None) -> Iterator[str]:
        """A labelled entry, its label in the colour of `kind`; nothing without text; cut after `most` lines."""
        head = f"{label:<{LABEL}} "
        lines = fold(clean(text), self.look.width, head, " " * len(head))
        if most is not None and len(lines) > most:
            lines = [*lines[: most - 1], _shorten(lines[most - 1], self.look.width - 4) + " ..."]
        if lines and label.strip():
            indent = len(label) - len(label.lstrip())
            lines[0] = head[:indent] + self.colour(label.strip(), kind) + lines[0][len(label) :]
        yield from lines


def _shorten(line: str, room: int) -> str:
    """`line` cut at a word so that it fits."""
    if len(line) <= room:
        return line
    cut = line.rfind(" ", 0, room + 1)
    return line[: cut if cut > room // 2 else room].rstrip(" ,;:")

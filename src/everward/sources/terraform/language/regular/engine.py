"""Finding and replacing: by Python's own engine where that cannot run away, else by ours; both find the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from everward.sources.terraform.language.regular import machine, syntax
from everward.sources.terraform.language.regular.machine import Program, Slots
from everward.sources.terraform.language.regular.syntax import (
    Assertion,
    Capture,
    Chars,
    Choice,
    Node,
    Repeat,
    Sequence,
)

_CHEAP = 2_000_000
"""How many steps backtracking may take at worst."""
_REMEMBERED = 1024
_SHORT = 1024
"""Texts up to this length are remembered beside others."""
_STEP = 64
"""Instructions on characters that count as one step of work."""

Spend: TypeAlias = Callable[[int], None]
"""Told how many steps something takes; raises when they are too many."""


class Match:
    """Where a pattern matches: of group 0, the whole, and of each group."""

    __slots__ = ("_slots", "_text")

    def __init__(self, text: str, slots: Slots) -> None:
        self._text = text
        self._slots = slots

    @property
    def start(self) -> int:
        """Where the whole begins."""
        return self._slots[0]

    @property
    def end(self) -> int:
        """Where the whole ends."""
        return self._slots[1]

    def group(self, number: int) -> str | None:
        """The text of a group; None when it took no part."""
        start, end = self._slots[2 * number], self._slots[2 * number + 1]
        return None if start < 0 else self._text[start:end]


class Regular:
    """A pattern that was read and can be looked for."""

    def __init__(self, text: str) -> None:
        pattern = syntax.parse(text)
        self.names = pattern.names
        self._tree = pattern.tree
        self._pattern = pattern
        self._program: Program | None = None
        self._found: dict[tuple[str, int], Slots | None] = {}
        """What our engine found: every instance of a module looks at the same texts."""
        self._native: re.Pattern[str] | None = None
        self._power = _power(pattern.tree)

    def search(self, text: str, start: int, spend: Spend) -> Match | None:
        """The first match at or after a position."""
        if self._power is not None and (len(text) - start + 1) ** self._power <= _CHEAP:
            return self.search_native(text, start)
        return self.search_program(text, start, spend)

    def search_native(self, text: str, start: int) -> Match | None:
        """The first match, by Python's engine."""
        if self._native is None:
            self._native = re.compile(_translated(self._tree))
        found = self._native.search(text, start)
        if found is None:
            return None
        spans = [found.span(number) for number in range(len(self.names) + 1)]
        return Match(text, tuple(edge for span in spans for edge in span))

    def search_program(self, text: str, start: int, spend: Spend) -> Match | None:
        """The first match, by our engine."""
        if self._program is None:
            self._program = Program(self._pattern)
        spend(len(self._program) * (len(text) - start + 1) // _STEP)
        key = (text, start)
        if key not in self._found:
            if len(self._found) >= _REMEMBERED or len(text) > _SHORT:
                self._found.clear()
            self._found[key] = self._program.search(text, start)
        slots = self._found[key]
        return None if slots is None else Match(text, slots)

    def all_matches(self, text: str, spend: Spend) -> Iterator[Match]:
        """Every match that does not overlap the one before; none of nothing right behind another."""
        position, before = 0, -1
        while position <= len(text):
            found = self.search(text, position, spend)
            if found is None:
                return
            empty = found.end == position
            if not (empty and found.start == before):
                yield found
            position = position + 1 if empty else found.end
            before = found.end

    def replace(self, text: str, template: str, spend: Spend) -> str:
        """Every match replaced by a template with `$1` and `${name}`."""
        out: list[str] = []
        position, last = 0, 0
        while position <= len(text):
            found = self.search(text, position, spend)
            if found is None:
                break
            out.append(text[last : found.start])
            if found.end > last or found.start == 0:
                out.append(self._expanded(found, template))
            last = found.end
            position = max(position + 1, found.end)
        return "".join(out) + text[last:]

    def _expanded(self, found: Match, template: str) -> str:
        return _REFERENCE.sub(lambda reference: self._reference(found, reference), template)

    def _reference(self, found: Match, reference: re.Match[str]) -> str:
        if reference["dollar"] is not None:
            return "$"
        name = reference["braced"] or reference["bare"]
        if name.isascii() and name.isdigit() and (name == "0" or not name.startswith("0")) and len(name) < 9:
            number = int(name)
            return (found.group(number) or "") if number <= len(self.names) else ""
        for number, own in enumerate(self.names, 1):
            if own == name and found.group(number) is not None:
                return found.group(number) or ""
        return ""


_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>\w+)\}|(?P<bare>\w+))")


@lru_cache(maxsize=512)
def compiled(text: str) -> Regular:
    """A pattern by its text.

    Raises:
        PatternProblem: when it is not well formed.
        LimitProblem: when it nests too deeply.

    """
    return Regular(text)


# Whether backtracking is safe, and the pattern in Python's words


def _power(node: Node) -> int | None:
    """With which power of the length of a text backtracking grows at worst; None when with none."""
    loops = _loops(node, inside=False)
    return None if loops is None else loops + 1


def _loops(node: Node, *, inside: bool) -> int | None:
    if isinstance(node, Chars | Assertion):
        return 0
    if isinstance(node, Capture):
        return _loops(node.part, inside=inside)
    if isinstance(node, Choice) and inside:
        # Where two branches match the same, every turn of the loop doubles the ways.
        return None
    if isinstance(node, Sequence | Choice):
        found = [_loops(part, inside=inside) for part in node.parts]
        return None if None in found else sum(count for count in found if count is not None)
    if node.most == node.least or (node.least, node.most) == (0, 1):
        repeated = _loops(node.part, inside=inside or node.most != 1)
        return None if repeated is None else max(repeated * max(node.least, 1), repeated + (node.least == 0))
    if inside or machine.can_be_empty(node.part) or _loops(node.part, inside=True) != 0:
        return None
    return 1


_WORD = "[0-9A-Za-z_]"
_PLACES = {
    "text start": r"\A",
    "text end": r"\Z",
    "line start": "(?m:^)",
    "line end": "(?m:$)",
    "boundary": f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    "no boundary": f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}


def _translated(node: Node) -> str:
    if isinstance(node, Chars):
        if not node.ranges:
            return "(?!)"
        return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in node.ranges) + "]"
    if isinstance(node, Assertion):
        return _PLACES[node.kind]
    if isinstance(node, Capture):
        return f"({_translated(node.part)})"
    if isinstance(node, Sequence):
        return "".join(
            f"(?:{_translated(part)})" if isinstance(part, Choice) else _translated(part) for part in node.parts
        )
    if isinstance(node, Choice):
        return "|".join(map(_translated, node.parts))
    return _repetition(node)


def _repetition(node: Repeat) -> str:
    most = "" if node.most is None else str(node.most)
    return f"(?:{_translated(node.part)}){{{node.least},{most}}}{'' if node.greedy else '?'}"

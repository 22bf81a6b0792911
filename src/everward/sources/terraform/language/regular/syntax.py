"""The text of a pattern to a tree: the syntax that Go's `regexp` accepts, and no other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from everward.sources.terraform.language.data import LimitProblem
from everward.sources.terraform.language.regular import classes
from everward.sources.terraform.language.unicode_tables import Ranges

DEEPEST = 200
"""How deep groups may nest."""
_MOST = 1000
"""Go's own limit for counted repetition, alone and multiplied."""
_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}

AssertionKind: TypeAlias = Literal["line start", "line end", "text start", "text end", "boundary", "no boundary"]


class PatternProblem(ValueError):
    """A text that is no pattern."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a class."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Assertion:
    """A place that has no width."""

    kind: AssertionKind


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first part that fits."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part again and again; without `most` as often as it fits."""

    part: Node
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """A part that is remembered by number, counted from 1."""

    part: Node
    number: int


Node: TypeAlias = "Chars | Assertion | Sequence | Choice | Repeat | Capture"

EMPTY = Sequence(())


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read. `names` has a name, or None, for each captured group."""

    tree: Node
    names: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    lines: bool = False
    dot_all: bool = False
    lazy: bool = False


def parse(text: str) -> Pattern:
    """Read a pattern.

    Raises:
        PatternProblem: when it is not well formed.
        LimitProblem: when it nests too deeply.

    """
    reader = _Reader(text)
    tree = reader.alternatives(_Flags(), 0)
    if not reader.ended:
        raise PatternProblem("a `)` closes nothing")
    return Pattern(tree, tuple(reader.names))


class _Reader:
    """Goes through the text of a pattern once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.names: list[str | None] = []

    @property
    def ended(self) -> bool:
        return self._at >= len(self._text)

    def _looking_at(self, prefix: str) -> bool:
        return self._text.startswith(prefix, self._at)

    def _take(self) -> str:
        if self.ended:
            raise PatternProblem("the pattern ends too early")
        self._at += 1
        return self._text[self._at - 1]

    # Structure

    def alternatives(self, flags: _Flags, depth: int) -> Node:
        if depth > DEEPEST:
            raise LimitProblem(f"a pattern nests more than {DEEPEST} groups", "nesting")
        options: list[Node] = []
        parts: list[Node] = []
        repeated = False
        while not self.ended and not self._looking_at(")"):
            char = self._text[self._at]
            bounds = self._bounds() if char in "*+?{" else None
            if bounds is not None:
                if repeated:
                    raise PatternProblem("a repetition is repeated")
                if not parts:
                    raise PatternProblem("there is nothing to repeat")
                parts[-1] = self._repeat(parts[-1], bounds, flags)
                repeated = True
                continue
            repeated = False
            if char == "|":
                self._at += 1
                options.append(_sequence(parts))
                parts = []
            elif char == "(":
                self._at += 1
                found, flags = self._group(flags, depth)
                parts += found
            elif char == "\\" and self._looking_at("\\Q"):
                parts += self._quoted(flags)
            else:
                parts.append(self._atom(flags))
        options.append(_sequence(parts))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _group(self, flags: _Flags, depth: int) -> tuple[list[Node], _Flags]:
        if not self._looking_at("?"):
            return [self._captured(None, flags, depth)], flags
        for prefix in ("?P<", "?<"):
            if self._looking_at(prefix):
                self._at += len(prefix)
                return [self._captured(self._name(), flags, depth)], flags
        self._at += 1
        inner, closed = self._flags(flags)
        if closed:
            return [], inner
        tree = self.alternatives(inner, depth + 1)
        self._close()
        return [tree], flags

    def _captured(self, name: str | None, flags: _Flags, depth: int) -> Node:
        self.names.append(name)
        number = len(self.names)
        tree = self.alternatives(flags, depth + 1)
        self._close()
        return Capture(tree, number)

    def _close(self) -> None:
        if self.ended:
            raise PatternProblem("a `)` is missing")
        self._at += 1

    def _name(self) -> str:
        end = self._text.find(">", self._at)
        name = self._text[self._at : end] if end >= 0 else ""
        if not name or not all(char.isascii() and (char.isalnum() or char == "_") for char in name):
            raise PatternProblem("the name of a group is not well formed")
        self._at = end + 1
        return name

    def _flags(self, flags: _Flags) -> tuple[_Flags, bool]:
        """The flags of `(?flags)` or `(?flags:`, and whether it was the first."""
        wanted = True
        seen = False
        fields = {"i": "fold", "m": "lines", "s": "dot_all", "U": "lazy"}
        while True:
            char = self._take()
            if char in fields:
                flags = replace(flags, **{fields[char]: wanted})
                seen = True
            elif char == "-" and wanted:
                wanted, seen = False, False
            elif char in ":)" and (wanted or seen):
                return flags, char == ")"
            else:
                raise PatternProblem("the flags of a group are not well formed")

    # Repetition

    def _bounds(self) -> tuple[int, int | None] | None:
        """How often, when a repetition stands here; a `{` that counts nothing is a letter."""
        char = self._text[self._at]
        if char != "{":
            self._at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at + 1 : end].partition(",") if end >= 0 else ("", "", "")
        if not _is_count(least) or (most and not _is_count(most)):
            return None
        bounds = (_count(least), _count(most) if most else None if comma else _count(least))
        if bounds[0] > _MOST or (bounds[1] is not None and (bounds[1] > _MOST or bounds[0] > bounds[1])):
            raise PatternProblem("a repetition counts too far")
        self._at = end + 1
        return bounds

    def _repeat(self, part: Node, bounds: tuple[int, int | None], flags: _Flags) -> Node:
        greedy = not flags.lazy
        if self._looking_at("?"):
            self._at += 1
            greedy = not greedy
        made = Repeat(part, bounds[0], bounds[1], greedy)
        if _weight(made) > _MOST:
            raise PatternProblem("repetitions multiply too far")
        return made

    # Single characters and places

    def _atom(self, flags: _Flags) -> Node:
        char = self._take()
        if char == "[":
            return self._class(flags)
        if char == ".":
            return Chars(((0, classes.LAST),) if flags.dot_all else classes.inverted(((10, 10),)))
        if char == "^":
            return Assertion("line start" if flags.lines else "text start")
        if char == "$":
            return Assertion("line end" if flags.lines else "text end")
        if char == "\\":
            return self._backslash(flags)
        return _literal(ord(char), flags)

    def _backslash(self, flags: _Flags) -> Node:
        places: dict[str, AssertionKind] = {
            "A": "text start",
            "z": "text end",
            "b": "boundary",
            "B": "no boundary",
        }
        letter = self._text[self._at : self._at + 1]
        if letter in places and letter:
            self._at += 1
            return Assertion(places[letter])
        ranges = self._escaped_class(flags)
        return Chars(ranges) if ranges is not None else _literal(self._escape(), flags)

    def _escaped_class(self, flags: _Flags) -> Ranges | None:
        """The class that stands behind a backslash, if one does."""
        letter = self._text[self._at : self._at + 1]
        found = classes.perl(letter.lower()) if letter else None
        if found is not None:
            self._at += 1
            return classes.inverted(found) if letter.isupper() else found
        if letter not in ("p", "P"):
            return None
        self._at += 1
        name = self._take()
        if name == "{":
            end = self._text.find("}", self._at)
            if end < 0:
                raise PatternProblem("the name of a class is not closed")
            name, self._at = self._text[self._at : end], end + 1
        negative = letter == "P"
        if name.startswith("^"):
            name, negative = name[1:], not negative
        ranges = classes.named(name)
        if ranges is None:
            raise PatternProblem(f"there is no class of characters `{name}`")
        ranges = classes.folded(ranges) if flags.fold else ranges
        return classes.inverted(ranges) if negative else ranges

    def _escape(self) -> int:
        """The character that an escape stands for."""
        char = self._take()
        if char in "01234567":
            return self._octal(char)
        if char == "x":
            return self._hexadecimal()
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.isascii() and not char.isalnum():
            return ord(char)
        raise PatternProblem(f"`\\{char}` is no escape")

    def _octal(self, first: str) -> int:
        following = self._text[self._at : self._at + 2]
        more = ""
        for char in following:
            if char not in "01234567":
                break
            more += char
        if first != "0" and not more:
            raise PatternProblem("references back are not supported")
        self._at += len(more)
        return int(first + more, 8)

    def _hexadecimal(self) -> int:
        if self._looking_at("{"):
            end = self._text.find("}", self._at)
            digits, self._at = (self._text[self._at + 1 : end], end + 1) if end >= 0 else ("", self._at)
        else:
            digits, self._at = self._text[self._at : self._at + 2], self._at + 2
            if len(digits) < 2:
                digits = ""
        if not digits or len(digits) > 16 or any(char not in "0123456789abcdefABCDEF" for char in digits):
            raise PatternProblem("an escape with `\\x` is not well formed")
        code = int(digits, 16)
        if code > classes.LAST:
            raise PatternProblem("an escape names no character")
        return code

    def _quoted(self, flags: _Flags) -> list[Node]:
        start = self._at + 2
        end = self._text.find("\\E", start)
        text = self._text[start:] if end < 0 else self._text[start:end]
        self._at = len(self._text) if end < 0 else end + 2
        return [_literal(ord(char), flags) for char in text]

    # Classes in brackets

    def _class(self, flags: _Flags) -> Node:
        negative = self._looking_at("^")
        self._at += negative
        parts: list[tuple[int, int]] = []
        first = True
        while first or not self._looking_at("]"):
            if self.ended:
                raise PatternProblem("a `]` is missing")
            first = False
            parts += self._class_part(flags)
        self._at += 1
        ranges = classes.joined(parts)
        return Chars(classes.inverted(ranges) if negative else ranges)

    def _class_part(self, flags: _Flags) -> Ranges:
        ranges = self._posix() if self._looking_at("[:") else None
        if ranges is None and self._looking_at("\\"):
            self._at += 1
            ranges = self._escaped_class(flags)
            self._at -= ranges is None
        if ranges is None:
            low = self._class_char()
            high = low
            if self._looking_at("-") and not self._looking_at("-]") and self._at + 1 < len(self._text):
                self._at += 1
                high = self._class_char()
            if high < low:
                raise PatternProblem("a range of characters goes backwards")
            ranges = ((low, high),)
        return classes.folded(ranges) if flags.fold else ranges

    def _posix(self) -> Ranges | None:
        end = self._text.find(":]", self._at + 2)
        if end < 0:
            return None
        name = self._text[self._at + 2 : end]
        ranges = classes.posix(name.removeprefix("^"))
        if ranges is None:
            raise PatternProblem(f"there is no class of characters `[:{name}:]`")
        self._at = end + 2
        return classes.inverted(ranges) if name.startswith("^") else ranges

    def _class_char(self) -> int:
        char = self._take()
        return self._escape() if char == "\\" else ord(char)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0"))


def _count(text: str) -> int:
    return int(text) if len(text) < 9 else 10**9


def _literal(code: int, flags: _Flags) -> Node:
    ranges: Ranges = ((code, code),)
    return Chars(classes.folded(ranges) if flags.fold else ranges)


def _sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _weight(node: Node) -> int:
    """How often the innermost repetition could be asked for: counts multiply."""
    if isinstance(node, Sequence | Choice):
        return max(map(_weight, node.parts), default=1)
    if isinstance(node, Capture):
        return _weight(node.part)
    if isinstance(node, Repeat):
        counted = (node.most if node.most is not None else node.least) if (node.least, node.most) not in _SIMPLE else 1
        return max(counted, 1) * _weight(node.part)
    return 1


_SIMPLE = {(0, None), (1, None), (0, 1)}

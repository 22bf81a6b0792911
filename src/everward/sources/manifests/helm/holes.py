"""Values of templates that are not known, and how they pass through text: as a token that no chart has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from everward.sources.manifests.placed import PlacedList, PlacedMap
from everward.values import Unknown, combine, placeholder

BEGIN: Final = "\ue0f5"
END: Final = "\ue0f6"
TOKEN: Final = re.compile(f"{BEGIN}([0-9]+){END}")


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that is not known while a template is rendered."""

    key: str
    """What it is, so that one question is answered once: a path of values, or a function of such."""
    unknown: Unknown
    truth: bool | None = None
    """What it means as a condition, where that is known whatever the value is."""
    negated: bool = False
    """Whether it is true exactly when the value that `key` names is not."""

    def negate(self) -> Hole:
        """The opposite condition."""
        return replace(self, truth=None if self.truth is None else not self.truth, negated=not self.negated)


_STRANGE: Final = Hole("?", Unknown(reason="it has characters that stand for unknown values here", present=True))


class Holes:
    """The holes of one rendering, by the number of their token."""

    def __init__(self) -> None:
        self._list: list[Hole] = []
        self._numbers: dict[str, int] = {}

    def token(self, hole: Hole) -> str:
        """The token that stands for a hole in a text."""
        key = f"{hole.key}{'!' if hole.negated else ''}\0{hole.unknown.text}"
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._list)
            self._list.append(hole)
        return f"{BEGIN}{number}{END}"

    def of(self, match: re.Match[str]) -> Hole:
        """The hole of a token."""
        number = int(match[1]) if len(match[1]) < 10 else len(self._list)
        # The characters of a token may stand in a text of the user's as well.
        return self._list[number] if number < len(self._list) else _STRANGE

    def in_text(self, text: str) -> list[Hole]:
        """The holes whose tokens stand in a text."""
        return [self.of(match) for match in TOKEN.finditer(text)] if BEGIN in text else []

    def in_value(self, value: Any) -> list[Hole]:
        """The holes in a value, at any depth."""
        found: list[Hole] = []
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, Hole):
                found.append(item)
            elif isinstance(item, str):
                found += self.in_text(item)
            elif isinstance(item, dict):
                stack.extend(reversed(item.values()))
            elif isinstance(item, list | tuple):
                stack.extend(reversed(item))
        return found

    def restore(self, text: str) -> str | Unknown:
        """The text that was rendered, or the hole that it is or has in it."""
        if BEGIN not in text:
            return text
        whole = TOKEN.fullmatch(text)
        if whole is not None:
            return self.of(whole).unknown
        holes = [hole.unknown for hole in self.in_text(text)]
        written = TOKEN.sub(lambda match: shown_hole(self.of(match).unknown), text)
        return combine(holes, present=True, text=written)

    def restore_all(self, value: Any) -> Any:
        """A parsed value with its holes back in place. A key with a hole makes a hole of the whole object.

        Recursion: as deep as the value, which reading has limited.
        """
        if isinstance(value, str):
            return self.restore(value)
        if isinstance(value, PlacedMap):
            if any(BEGIN in key for key in value):
                return combine(hole.unknown for key in value for hole in self.in_text(key))
            for key, item in value.items():
                value[key] = self.restore_all(item)
        elif isinstance(value, PlacedList):
            value[:] = [self.restore_all(item) for item in value]
        return value


def shown_hole(unknown: Unknown) -> str:
    """A hole as a part of a text for people: its own text, or what decides it, in braces."""
    if unknown.text is not None:
        return unknown.text
    return placeholder(unknown.decided_by[0] if unknown.decided_by else unknown.reason)


def to_holes(value: Any, key: str) -> Any:
    """Values with every unknown wrapped, named by its path."""
    if isinstance(value, Unknown):
        return Hole(key, value, True if value.filled else None)
    if isinstance(value, dict):
        return {name: to_holes(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [to_holes(item, f"{key}[{index}]") for index, item in enumerate(value)]
    return value


def derived(name: str, holes: Iterable[Hole], detail: str = "", *, truth: bool | None = None) -> Hole:
    """What a function makes of holes."""
    given = list(holes)
    key = f"{name}({','.join(_keys(given))};{detail})"
    return Hole(key if len(key) < 400 else f"{name}#{hash(key)}", combine(hole.unknown for hole in given), truth)


def _keys(holes: Iterable[Hole]) -> Iterator[str]:
    for hole in holes:
        yield f"{'!' if hole.negated else ''}{hole.key}"

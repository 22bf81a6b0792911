"""Where a value stands in a JSON text. Computed only when something is wrong: readers keep no positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

JsonPath: TypeAlias = "tuple[str | int, ...]"
"""Keys as they are spelt, and indexes."""

_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


_GAP: Final = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)


def plain(text: str) -> str:
    """A JSON text without comments and without commas at the end of arrays and objects, everything at its place."""

    def blank(found: re.Match[str]) -> str:
        mark = found[0]
        return mark if mark[0] == '"' else "".join(letter if letter == "\n" else " " for letter in mark)

    return _TRAILING.sub(blank, _GAP.sub(blank, text))


def places(text: str) -> Iterator[tuple[JsonPath, int, bool]]:
    """Every value of a JSON text with its path and the offset of its key (or of itself, in an array).

    The last part says whether the same key stood in the same object before. The text must be JSON.
    """
    import json

    path: list[str | int] = []
    keys: list[set[str] | None] = []
    """The keys seen in each open object; None for an array."""
    expects_key = False
    for found in _MARK.finditer(text):
        mark, at = found[0], found.start()
        if mark in "}]":
            keys.pop()
            path.pop()
            expects_key = False
        elif mark == ",":
            seen = keys[-1]
            expects_key = seen is not None
            if seen is None:
                path[-1] = int(path[-1]) + 1
        elif mark == ":":
            expects_key = False
        elif expects_key:
            seen = keys[-1]
            name = json.loads(mark, strict=False)
            path[-1] = name
            yield tuple(path), at, seen is not None and name in seen
            if seen is not None:
                seen.add(name)
        else:
            if keys and keys[-1] is None:
                yield tuple(path), at, False
            if mark in "{[":
                keys.append(set() if mark == "{" else None)
                path.append("" if mark == "{" else 0)
                expects_key = mark == "{"


def line_of(text: str, path: JsonPath) -> int:
    """The line, counted from 1, of the value at `path`, or of the closest thing around it that stands in the text."""
    best, depth = 0, 0
    for place, at, _ in places(text):
        if len(place) > depth and place == path[: len(place)]:
            best, depth = at, len(place)
            if depth == len(path):
                break
    return text.count("\n", 0, best) + 1


def lines_in(text: str) -> dict[JsonPath, int]:
    """The line of every value of a JSON text, worked out at once."""
    found: dict[JsonPath, int] = {(): 1}
    line, seen = 1, 0
    for place, at, _ in places(text):
        line, seen = line + text.count("\n", seen, at), at
        found.setdefault(place, line)
    return found


def first_duplicate(text: str) -> tuple[JsonPath, int] | None:
    """The path and line of the first key that stands twice in one object."""
    for place, at, twice in places(text):
        if twice:
            return place, text.count("\n", 0, at) + 1
    return None


def format_json_path(path: JsonPath) -> str:
    """`policyRule.if.allOf[1].field`; empty for the whole text."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        else:
            out += f".{step}" if out else step
    return out

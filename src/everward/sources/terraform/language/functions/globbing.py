"""Patterns of files, as `fileset` takes them: `*`, `**`, `?`, `[a-z]`, `{a,b}`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from everward.sources.terraform.language.values import ValueProblem

_MAGIC = frozenset("*?[{\\")
_LONGEST = 4096
"""Characters of one pattern."""


class PatternError(Exception):
    """A pattern that is not well formed, met where it matters."""


def files_below(base: Path, pattern: list[str], spend: Callable[[int], None]) -> list[str]:
    """The files that a pattern leads to, as paths from the base.

    Raises:
        ValueProblem: when the pattern is not well formed.

    """
    if sum(map(len, pattern)) > _LONGEST:
        raise ValueProblem("the pattern is too long")
    try:
        return sorted(set(_walk(str(base), "", pattern, spend, frozenset())))
    except PatternError:
        raise ValueProblem(f"`{'/'.join(pattern)}` is not a pattern") from None


def _walk(
    folder: str, prefix: str, parts: list[str], spend: Callable[[int], None], above: frozenset[tuple[int, int]]
) -> Iterator[str]:
    plain = 0
    while plain < len(parts) and not _MAGIC & set(parts[plain]):
        plain += 1
    if plain:
        folder, prefix = os.path.join(folder, *parts[:plain]), prefix + "/".join(parts[:plain])
        if plain == len(parts):
            if os.path.isfile(folder):
                yield prefix
            return
        prefix += "/"
    parts = parts[plain:]
    entries = _entries(folder)
    spend(1 + len(entries) // 16)
    if parts[0] == "**":
        yield from _every_level(entries, folder, prefix, parts, spend, above)
        parts = parts[1:]
    if not parts:
        return
    for entry in entries:
        if not matches(parts[0], entry.name):
            continue
        if len(parts) == 1:
            if entry.is_file():
                yield prefix + entry.name
        else:
            yield from _walk(entry.path, f"{prefix}{entry.name}/", parts[1:], spend, above)


def _every_level(
    entries: list[os.DirEntry[str]],
    folder: str,
    prefix: str,
    parts: list[str],
    spend: Callable[[int], None],
    above: frozenset[tuple[int, int]],
) -> Iterator[str]:
    """What `**` leads to below each entry. A folder that leads back to one above it is not followed."""
    try:
        status = os.stat(folder)
    except OSError:
        return
    inside = above | {(status.st_dev, status.st_ino)}
    for entry in entries:
        if _is_folder(entry):
            below = entry.stat()
            if (below.st_dev, below.st_ino) not in inside:
                yield from _walk(entry.path, f"{prefix}{entry.name}/", parts, spend, inside)
        elif len(parts) == 1 and entry.is_file():
            yield prefix + entry.name


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


@cache
def _pieces(pattern: str) -> tuple[str, str, str]:
    """The first piece of a pattern, what kind it is, and the rest.

    Raises:
        PatternError: when it is not closed.

    """
    kind = pattern[0]
    if kind == "\\":
        if len(pattern) < 2:
            raise PatternError
        return pattern[1], "letter", pattern[2:]
    if kind in "[{":
        end = _closing(pattern, "]" if kind == "[" else "}")
        return pattern[1:end], kind, pattern[end + 1 :]
    return kind, kind if kind in "*?" else "letter", pattern[1:]


def _closing(pattern: str, char: str) -> int:
    at = 1
    while True:
        at = pattern.find(char, at)
        if at < 0:
            raise PatternError
        if at == 1 or pattern[at - 1] != "\\":
            return at
        at += 1


@lru_cache(maxsize=65_536)
def matches(pattern: str, name: str) -> bool:
    """Whether the name of one file or folder fits one part of a pattern.

    Raises:
        PatternError: when the part is not well formed.

    """
    known: dict[tuple[str, str], bool] = {}

    def fits(pattern: str, name: str) -> bool:
        key = (pattern, name)
        if key not in known:
            known[key] = _fits(pattern, name, fits)
        return known[key]

    return fits(pattern, name)


def _fits(pattern: str, name: str, fits: Callable[[str, str], bool]) -> bool:
    while pattern and name:
        piece, kind, rest = _pieces(pattern)
        if kind == "*":
            return not rest or _somewhere(rest, name, fits)
        if kind == "{":
            return any(fits(option + rest, name) for option in _options(piece))
        if kind == "[" and not _in_class(piece, name[0]):
            return False
        if kind == "letter" and piece != name[0]:
            return False
        pattern, name = rest, name[1:]
    return (not pattern and not name) or (not name and pattern in ("*", "**"))


def _somewhere(rest: str, name: str, fits: Callable[[str, str], bool]) -> bool:
    for at in range(len(name)):
        try:
            if fits(rest, name[at:]):
                return True
        except PatternError:
            continue
    return False


def _options(piece: str) -> list[str]:
    options, current = [], ""
    for at, char in enumerate(piece):
        if char == "," and not (at and piece[at - 1] == "\\"):
            options.append(current)
            current = ""
        else:
            current += char
    return [*options, current]


def _in_class(piece: str, char: str) -> bool:
    if not piece:
        raise PatternError
    at = 1 if piece[0] == "^" else 0
    found = False
    while at < len(piece):
        low, at = _class_char(piece, at)
        high = low
        if piece[at : at + 1] == "-":
            high, at = _class_char(piece, at + 1)
        found = found or low <= char <= high
    return found != (piece[0] == "^")


def _class_char(piece: str, at: int) -> tuple[str, int]:
    if piece[at : at + 1] == "\\":
        at += 1
    elif piece[at : at + 1] == "-":
        raise PatternError
    if at >= len(piece):
        raise PatternError
    return piece[at], at + 1

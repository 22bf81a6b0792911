"""Sets of characters: ranges of code points, as the classes of a pattern name them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from everward.sources.terraform.language.unicode_tables import Ranges, script

LAST = 0x10FFFF
_POSIX = {
    "alnum": "09AZaz",
    "alpha": "AZaz",
    "ascii": "\x00\x7f",
    "blank": "\t\t  ",
    "cntrl": "\x00\x1f\x7f\x7f",
    "digit": "09",
    "graph": "!~",
    "lower": "az",
    "print": " ~",
    "punct": "!/:@[`{~",
    "space": "\t\r  ",
    "upper": "AZ",
    "word": "09AZ__az",
    "xdigit": "09AFaf",
}
_PERL = {"d": "09", "s": "\t\n\x0c\r  ", "w": "09AZ__az"}
_CATEGORIES = frozenset(
    [
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "L",
        "Ll",
        "Lm",
        "Lo",
        "Lt",
        "Lu",
        "M",
        "Mc",
        "Me",
        "Mn",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Pe",
        "Pf",
        "Pi",
        "Po",
        "Ps",
        "S",
        "Sc",
        "Sk",
        "Sm",
        "So",
        "Z",
        "Zl",
        "Zp",
        "Zs",
    ]
)


def _pairs(ends: str) -> Ranges:
    return tuple((ord(ends[at]), ord(ends[at + 1])) for at in range(0, len(ends), 2))


def posix(name: str) -> Ranges | None:
    """The class that `[[:name:]]` stands for."""
    return _pairs(_POSIX[name]) if name in _POSIX else None


def perl(letter: str) -> Ranges | None:
    """The class that a backslash with `d`, `s` or `w` stands for."""
    return _pairs(_PERL[letter]) if letter in _PERL else None


def named(name: str) -> Ranges | None:
    """The class of a category, such as `Lu`, or of a script, such as `Greek`."""
    if name == "Any":
        return ((0, LAST),)
    return _category(name) if name in _CATEGORIES else script(name)


@lru_cache(maxsize=64)
def _category(name: str) -> Ranges:
    found: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        kind = unicodedata.category(chr(code))
        if kind.startswith(name) and kind != "Cn":
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return tuple((first, last) for first, last in found)


def joined(parts: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, without overlaps and gaps of nothing."""
    out: list[list[int]] = []
    for first, last in sorted(parts):
        if out and first <= out[-1][1] + 1:
            out[-1][1] = max(out[-1][1], last)
        else:
            out.append([first, last])
    return tuple((first, last) for first, last in out)


def inverted(ranges: Ranges) -> Ranges:
    """All characters that are not in the ranges."""
    out: list[tuple[int, int]] = []
    start = 0
    for first, last in joined(ranges):
        if first > start:
            out.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        out.append((start, LAST))
    return tuple(out)


@cache
def _orbits() -> dict[int, tuple[int, ...]]:
    """For every letter that has another case, all letters that are the same but for it."""
    groups: dict[str, set[int]] = {}
    for code in range(0x1E944):
        char = chr(code)
        low, up = char.lower(), char.upper()
        if low == char and up == char:
            continue
        # A letter whose other case is several letters has no other case of its own.
        key = low if len(low) == 1 else char
        key = key.upper().lower() if len(key.upper()) == 1 else key
        groups.setdefault(key[0], set()).update({code, ord(key[0])})
    groups["ß"] = {0xDF, 0x1E9E}
    for dotted in (0x130, 0x131):
        for group in groups.values():
            group.discard(dotted)
    return {code: tuple(sorted(group)) for group in groups.values() if len(group) > 1 for code in group}


def folded(ranges: Ranges) -> Ranges:
    """Ranges with all letters that differ from theirs by case alone."""
    ranges = joined(ranges)
    extra = [(other, other) for code, group in _orbits().items() if contains(ranges, code) for other in group]
    return joined([*ranges, *extra])


def contains(ranges: Ranges, code: int) -> bool:
    """Whether a character is in the ranges."""
    return any(first <= code <= last for first, last in ranges)

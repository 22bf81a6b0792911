"""Properties of characters that Python does not know: how they cluster, and to which script they belong."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TypeAlias

from everward.values import data_file

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""First and last code point of each range, in order."""


@cache
def _lines() -> dict[tuple[str, str], str]:
    lines = data_file("unicode.tsv").read_text(encoding="ascii").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(kind, name): ranges for kind, name, ranges in rows}


@lru_cache(maxsize=256)
def _ranges(kind: str, name: str) -> Ranges | None:
    text = _lines().get((kind, name))
    if text is None:
        return None
    found = []
    end = 0
    for part in text.split():
        gap, _, more = part.partition("+")
        start = end + int(gap, 16)
        end = start + int(more or "0", 16)
        found.append((start, end))
    return tuple(found)


def script(name: str) -> Ranges | None:
    """The characters of a script such as `Greek`; None when there is no such script."""
    return _ranges("script", name)


def breaks(name: str) -> Ranges:
    """The characters of a class of grapheme breaking, such as `Extend`."""
    return _ranges("break", name) or ()

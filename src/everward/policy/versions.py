"""Versions of definitions and initiatives, and the ranges that ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

ANY: Final = "*"
PREVIEW: Final = "preview"

_FORM: Final = re.compile(r"(\d+)\.(\d+|\*)\.(\d+|\*)(?:-([a-z0-9.-]+))?", re.IGNORECASE)

T = TypeVar("T")


class Version(NamedTuple):
    """`1.2.0-preview`, or a range such as `1.*.*`: a star stands for any number, here `None`."""

    major: int
    minor: int | None
    patch: int | None
    suffix: str
    """Lower-case; empty for a released version."""

    @property
    def order(self) -> tuple[int, int, int, bool]:
        """What versions are sorted by: a release comes after its previews."""
        return (self.major, self.minor or 0, self.patch or 0, self.suffix != PREVIEW)


@lru_cache(maxsize=4096)
def parse_version(text: str) -> Version | None:
    """A version or a range; None when the text is neither."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, suffix = found.groups()
    return Version(int(major), _number(minor), _number(patch), (suffix or "").lower())


def _number(text: str) -> int | None:
    return None if text == ANY else int(text)


def is_in_range(version: Version, wanted: Version) -> bool:
    """Whether a range takes a version in. One that ends in `-preview` takes previews and releases alike."""
    if version.suffix == PREVIEW and wanted.suffix != PREVIEW:
        return False
    pairs = ((version.major, wanted.major), (version.minor, wanted.minor), (version.patch, wanted.patch))
    return all(asked is None or has == asked for has, asked in pairs)


def choose(wanted: str, held: Iterable[tuple[str, T]]) -> T | None:
    """What stands under the newest version that a range takes in; the newest of all without a range.

    What has no version satisfies no range that asks for one.
    """
    asked = parse_version(wanted) if wanted else None
    if wanted and asked is None:
        return None
    best: T | None = None
    best_order: tuple[int, int, int, bool] | None = None
    for text, item in held:
        version = parse_version(text) if text else None
        if asked is not None and (version is None or not is_in_range(version, asked)):
            continue
        order = version.order if version is not None else (-1, 0, 0, False)
        if best_order is None or order > best_order:
            best, best_order = item, order
    return best

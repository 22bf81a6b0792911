"""Paths that pipelines and kustomizations name: they may be anything, and must not be able to do harm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from everward.sources.tree import real

MAX_LENGTH: Final = 1_000
"""Longer texts are no paths."""

__all__ = ["below", "is_file", "is_folder", "real", "within"]


def below(folder: Path, text: str) -> Path | None:
    """The path that a text names from a folder; None when it can be no path at all."""
    if not text or len(text) > MAX_LENGTH or "\0" in text or "\n" in text:
        return None
    return folder / text


def within(path: Path, repository: Path) -> bool:
    """Whether a path leads to something inside a repository: what lies outside is not read for it."""
    return real(path).is_relative_to(real(repository))


def is_file(path: Path) -> bool:
    """Whether there is a file; a path that cannot be looked at has none."""
    return os.path.isfile(path)


def is_folder(path: Path) -> bool:
    """Whether there is a folder; a path that cannot be looked at has none."""
    return os.path.isdir(path)

"""Waiting for files to change, by looking at them again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

INTERVAL: Final = 0.5
"""Seconds between two looks."""

Snapshot = dict[Path, tuple[int, int]]


def snapshot(folders: Iterable[Path]) -> Snapshot:
    """The files below folders with their time of change and size; hidden folders are left out."""
    found: Snapshot = {}
    for folder in folders:
        stack = [folder]
        while stack:
            here = stack.pop()
            try:
                entries = list(here.iterdir()) if here.is_dir() else [here]
            except OSError:
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    if entry.is_dir():
                        stack.extend([] if entry.is_symlink() else [entry])
                    else:
                        status = entry.stat()
                        found[entry] = (status.st_mtime_ns, status.st_size)
                except OSError:
                    continue  # it went away while we looked
    return found


def changes(
    folders: Callable[[], Iterable[Path]], *, interval: float = INTERVAL, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[Path]]:
    """Yield the files that changed, each time some did. `folders` says where to look, anew each time."""
    before = snapshot(folders())
    while True:
        sleep(interval)
        after = snapshot(folders())
        if after != before:
            changed = {path for path, mark in after.items() if before.get(path) != mark} | (
                before.keys() - after.keys()
            )
            before = after
            yield sorted(changed)

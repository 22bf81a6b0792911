"""The files below what the user named: listed once, links followed without loops, contents read once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from everward.values import Origin, UnreadableError, UsageError

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".terraform"})
"""Folders that never hold a workload's own source. `.terraform` is read by the Terraform source itself."""

CACHED_BYTES = 4 * 1024 * 1024
"""Files up to this size are kept after the first read; larger ones are read when asked for."""


class Tree:
    """A file or folder named by the user, and every file below it in a stable order."""

    def __init__(self, root: Path) -> None:
        """
        Raises:
            UsageError: when `root` does not exist.

        """
        if not root.exists():
            raise UsageError(f"`{root}` does not exist", help="name a file or a folder that exists")
        self.root = root
        self.unreadable: list[tuple[Path, str]] = []
        """Folders that could not be listed, and why; filled while `files` is first read."""
        self._contents: dict[Path, bytes] = {}

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All files, folders in name order, each real folder visited once however often links lead to it."""
        if self.root.is_file():
            return (self.root,)
        return tuple(self._walk())

    def _walk(self) -> Iterator[Path]:
        seen: set[tuple[int, int]] = set()
        pending = [self.root]
        while pending:
            folder = pending.pop()
            try:
                status = folder.stat()
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                self.unreadable.append((folder, (error.strerror or "error").lower()))
                continue
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            below: list[Path] = []
            for entry in entries:
                if entry.is_dir():
                    if entry.name not in SKIPPED_FOLDERS:
                        below.append(folder / entry.name)
                elif entry.is_file():
                    yield folder / entry.name
            pending.extend(reversed(below))

    @cached_property
    def repository(self) -> Path:
        """The folder of the repository that holds `root` (the nearest one with `.git`), else `root`'s own folder."""
        start = (self.root if self.root.is_dir() else self.root.parent).resolve()
        for folder in (start, *start.parents):
            if (folder / ".git").exists():
                return folder
        return start

    def read(self, path: Path) -> bytes:
        """The content of a file.

        Raises:
            UnreadableError: when it cannot be read.

        """
        content = self._contents.get(path)
        if content is None:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise UnreadableError(
                    f"cannot read `{display(path)}`: {(error.strerror or 'error').lower()}",
                    origin=Origin(source="file", file=display(path)),
                    help="check that the file exists and that you may read it",
                ) from error
            if len(content) <= CACHED_BYTES:
                self._contents[path] = content
        return content

    def head(self, path: Path, size: int) -> bytes:
        """The first `size` bytes of a file, or what there is; empty when it cannot be read. For telling kinds apart."""
        content = self._contents.get(path)
        if content is None:
            try:
                with path.open("rb") as stream:
                    return stream.read(size)
            except OSError:
                return b""
        return content[:size]

    def text(self, path: Path) -> str:
        """The content of a text file in UTF-8, without a byte order mark.

        Raises:
            UnreadableError: when it cannot be read, or is not text.

        """
        content = self.read(path)
        try:
            if b"\0" in content:
                raise ValueError("binary")
            return content.decode("utf-8-sig")
        except ValueError as error:
            raise UnreadableError(
                f"`{display(path)}` is not text in UTF-8",
                origin=Origin(source="file", file=display(path)),
                help="remove the file, or save it as UTF-8",
            ) from error


def display(path: Path) -> str:
    """A path as the user would open it: relative to where they stand when below it, with `/`."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix() or "."
    except ValueError:
        return path.as_posix()

"""The files below what the user named: listed once, links followed without loops, contents read once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import cached_property, lru_cache
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
            UsageError: when `root` does not exist, or is neither a file nor a folder.
            UnreadableError: when nobody may look whether it exists.

        """
        _check(root)
        self.root = root
        self.unreadable: list[tuple[Path, str]] = []
        """Folders that could not be listed, and why; filled while `files` is first read."""
        self.lost: list[tuple[Path, str]] = []
        """Entries of folders that are neither files nor folders, and why: links to nowhere, pipes, devices."""
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
                kind = entry_kind(entry)
                if kind == "folder":
                    if entry.name not in SKIPPED_FOLDERS:
                        below.append(folder / entry.name)
                elif kind == "file":
                    yield folder / entry.name
                else:
                    self.lost.append((folder / entry.name, kind))
            pending.extend(reversed(below))

    @cached_property
    def repository(self) -> Path:
        """The folder of the repository that holds `root` (the nearest one with `.git`), else `root`'s own folder."""
        start = (self.root if self.root.is_dir() else self.root.parent).resolve()
        for folder in (start, *start.parents):
            # Unlike the method of a path, this is only false of a folder that nobody may search.
            if os.path.exists(folder / ".git"):
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


def _check(root: Path) -> None:
    try:
        mode = root.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"`{root}` does not exist", help="name a file or a folder that exists") from None
    except PermissionError as error:
        raise UnreadableError(
            f"cannot read `{root}`: permission denied",
            origin=Origin(source="files", file=root.as_posix()),
            help="check that you may enter all folders on the way to it",
        ) from error
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UsageError(f"cannot find `{root}`: {reason}", help="name a file or a folder that exists") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UsageError(f"`{root}` is neither a file nor a folder", help="write its content to a file and name that")


def entry_kind(entry: os.DirEntry[str]) -> str:
    """`file`, `folder`, or why it is neither of them. Links are followed."""
    try:
        if entry.is_dir():
            return "folder"
        if entry.is_file():
            return "file"
        return "the link leads to nothing" if entry.is_symlink() else "it is neither a file nor a folder"
    except OSError as error:
        return f"the link cannot be followed: {(error.strerror or 'error').lower()}"


def real(path: Path) -> Path:
    """Where a path leads, all links followed. Of links that go in circles, it is the link itself: nothing is raised."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:
        # With a NUL in it, it is the name of no file.
        return path


def display(path: Path) -> str:
    """A path as the user would open it: relative to where they stand when below it, with `/`."""
    return _display(path, os.getcwd())


@lru_cache(maxsize=8_192)
def _display(path: Path, folder: str) -> str:
    # A file is named many times over, and following its links means a look at every folder on the way to it.
    try:
        return real(path).relative_to(folder).as_posix() or "."
    except ValueError:
        return path.as_posix()


def display_entry(path: Path) -> str:
    """The entry of a folder itself as the user would open it, not what it links to."""
    return (Path(display(path.parent)) / path.name).as_posix()

"""The files that functions may read: the workload's own, never those of the machine around it."""

from __future__ import annotations

import os
from pathlib import Path

from everward.sources.limits import Limits
from everward.sources.terraform.language.rendering import Renderer
from everward.sources.terraform.language.values import Data, LimitProblem, ValueProblem, shorten
from everward.sources.tree import Tree
from everward.values import Unknown, UnreadableError

_REPEATED = 65_536
"""Bytes of a file that is kept by its path."""
_CLIMB = 3
"""How many folders above a root belong to the workload when nothing marks its repository."""


class Files:
    """Paths are taken from the root module's folder, where Terraform runs."""

    def __init__(self, root: Path, tree: Tree, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        """How much values may cost."""
        self._root = root.resolve()
        self._tree = tree
        repository = tree.repository
        if (repository / ".git").exists() and self._root.is_relative_to(repository):
            self._zone = repository
        else:
            above = self._root.parents
            self._zone = above[min(_CLIMB, max(len(above) - 2, 0)) - 1] if len(above) > 1 else self._root
        self._renderer = Renderer(self)
        self._steps = 0
        self._contents: dict[str, bytes] = {}
        """What short paths lead to: every instance of a module reads the same files."""

    def spend(self, steps: int) -> None:
        """Count steps of work.

        Raises:
            LimitProblem: when they are more than reading may cost.

        """
        self._steps += steps
        if self._steps > self.limits.steps:
            raise LimitProblem(f"more than {self.limits.steps:,} steps of work in this root", "steps")

    def locate(self, path: str) -> Path | Unknown:
        """Where a path leads, or a hole when it leads out of the workload."""
        if path.startswith("~"):
            return self._outside(path)
        try:
            place = Path(os.path.realpath(self._root / path))
        except (OSError, ValueError):
            raise ValueProblem(f"`{shorten(path)}` is not a path") from None
        return place if place.is_relative_to(self._zone) else self._outside(path)

    def _outside(self, path: str) -> Unknown:
        return Unknown(reason="a file outside the workload", decided_by=(f"file {shorten(path)}",))

    def read(self, path: str) -> bytes | Unknown:
        """The content of a file, or a hole when it is none of the workload's files.

        Raises:
            ValueProblem: when there is no such file, or it is too large.

        """
        known = self._contents.get(path)
        if known is not None:
            return known
        content = self._read(path)
        if isinstance(content, bytes) and len(content) <= _REPEATED:
            self._contents[path] = content
        return content

    def _read(self, path: str) -> bytes | Unknown:
        place = self.locate(path)
        if isinstance(place, Unknown):
            return place
        try:
            if not place.is_file():
                raise ValueProblem(f"there is no file `{shorten(path)}`")
            if place.stat().st_size > self.limits.file_bytes:
                raise LimitProblem(f"`{shorten(path)}` is larger than {self.limits.file_bytes:,} bytes", "file_bytes")
            return self._tree.read(place)
        except (OSError, UnreadableError):
            raise ValueProblem(f"`{shorten(path)}` cannot be read") from None

    def render(self, text: str, name: str, variables: dict[str, Data], *, files: bool = True) -> Data:
        """A template with its variables filled in.

        Raises:
            ValueProblem: when it is not well formed, or needs what it is not given.

        """
        return self._renderer.render(text, name, variables, files=files)

    def decode(self, text: str) -> Data:
        """A file of variables as an object.

        Raises:
            ValueProblem: when it is something else.

        """
        return self._renderer.decode(text)

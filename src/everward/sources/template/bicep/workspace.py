"""What the Bicep of one workload may read: its own files, and the environment of whoever runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from everward.expressions import ExpressionError
from everward.sources.tree import Tree, display
from everward.values import Unknown, UnreadableError

MAX_BYTES: Final = 4 * 1024 * 1024
"""Larger files are not read: the deployment engine takes no more in all."""
_CLIMB: Final = 3
"""Folders above the named one that belong to the workload when nothing marks its repository."""
_REGISTRY: Final = ("br:", "br/", "ts:", "ts/", "az:")


class Workspace:
    """Finds and reads files, and gives values of environment variables."""

    def __init__(self, tree: Tree, environ: Mapping[str, str] | None = None) -> None:
        self.tree = tree
        self._environ = os.environ if environ is None else environ
        self.asked: dict[str, bool] = {}
        """The environment variables that were asked for, and whether they had a value."""
        folder = tree.root if tree.root.is_dir() else tree.root.parent
        root = Path(os.path.realpath(folder))
        repository = tree.repository
        if (repository / ".git").exists():
            self._zone = repository
        else:
            chain = (root, *root.parents)
            # The root of the machine is no workload's.
            self._zone = chain[min(_CLIMB, max(len(chain) - 2, 0))]

    def locate(self, written: str, beside: Path) -> Path:
        """The file that a path in another file means.

        Raises:
            ExpressionError: when it is no file of the workload.

        """
        if written.startswith(_REGISTRY):
            raise ExpressionError(
                f"`{written}` stands in a registry, which is not asked", help="name a file that is beside this one"
            )
        if written.startswith(("/", "~")) or "\\" in written or "\0" in written or not written:
            raise ExpressionError(f"`{written}` is no relative path", help="write it from this file on, with `/`")
        place = Path(os.path.realpath(beside.parent / written))
        if not place.is_relative_to(self._zone):
            raise ExpressionError(f"`{written}` leads out of the workload", help="name the folder above both")
        try:
            found = place.is_file()
        except OSError:
            found = False
        if not found:
            raise ExpressionError(f"there is no file `{written}`")
        return place

    def read(self, place: Path) -> bytes:
        """The content of a file.

        Raises:
            ExpressionError: when it cannot be read, or is too large.

        """
        try:
            if place.stat().st_size > MAX_BYTES:
                raise ExpressionError(f"`{display(place)}` is larger than {MAX_BYTES // 1024 // 1024} MiB")
            return self.tree.read(place)
        except UnreadableError as error:
            raise ExpressionError(error.message, help=error.help) from None
        except OSError as error:
            raise ExpressionError(f"cannot read `{display(place)}`: {(error.strerror or 'error').lower()}") from None

    def text(self, place: Path) -> str:
        """The content of a text file in UTF-8, without a byte order mark.

        Raises:
            ExpressionError: when it cannot be read, or is not text.

        """
        content = self.read(place)
        try:
            if b"\0" in content:
                raise ValueError("binary")
            return content.decode("utf-8-sig")
        except ValueError:
            raise ExpressionError(f"`{display(place)}` is not text in UTF-8", help="save it as UTF-8") from None

    def variable(self, name: str) -> str | Unknown | None:
        """The value of an environment variable, None when it has none."""
        value = self._environ.get(name)
        self.asked[name] = value is not None
        return value

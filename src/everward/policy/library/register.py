"""Which folders the user added to the library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from everward.policy.library.cache import cache_folder, write_whole
from everward.values import Origin, ProblemError


class Register:
    """The folders and files of the library, in the order in which they were added."""

    def __init__(self) -> None:
        self.file = cache_folder() / "library" / "folders.json"

    def paths(self) -> list[Path]:
        """The paths that were added. A register that cannot be read counts as empty: adding makes it anew."""
        try:
            found = msgspec.json.decode(self.file.read_bytes(), type=list[str])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return []
        return [Path(text) for text in found]

    def add(self, paths: Sequence[Path]) -> None:
        """Add paths, each once.

        Raises:
            ProblemError: when the register cannot be written.

        """
        self._write([*self.paths(), *(path.resolve() for path in paths)])

    def remove(self, paths: Sequence[Path]) -> list[Path]:
        """Take paths out, and return those that were not there.

        Raises:
            ProblemError: when the register cannot be written.

        """
        kept = self.paths()
        gone = [path.resolve() for path in paths]
        self._write([path for path in kept if path not in gone])
        return [path for path, whole in zip(paths, gone, strict=True) if whole not in kept]

    def _write(self, paths: Sequence[Path]) -> None:
        content = msgspec.json.encode([str(path) for path in dict.fromkeys(paths)])
        if not write_whole(self.file, content):
            raise ProblemError(
                f"cannot write `{self.file}`",
                origin=Origin(source="policy", file=str(self.file)),
                help="name a folder that you may write in EVERWARD_CACHE",
            )

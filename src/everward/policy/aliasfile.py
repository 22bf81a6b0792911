"""The file that holds the alias catalogue: one compressed block a resource type, and an index of the blocks.

Eighty thousand rows are far too many to parse for the few types that an assessment meets, so each type is read
by itself, and a name is searched in its text. Layout: a line `everward-aliases 1 INDEX_BYTES`, the index, the
blocks; index and blocks are compressed. The index has a line a type (`type TAB offset TAB length`, offsets from
the first block) and a line for each alias that does not begin with its type (`/alias TAB types`). A block begins
with the type's name as it is spelt, followed by a line an alias (`alias TAB path`) without the leading type; an
empty path stands for `properties.` and the alias's own text; a leading `/` marks an alias given in full.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"everward-aliases 1 "
_WHOLE = "/"


class _Index(NamedTuple):
    base: int
    blocks: dict[str, tuple[int, int]]
    foreign: dict[str, tuple[str, ...]]


class AliasFile:
    """A catalogue file, read block by block as types are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[str, tuple[str, str]] = {}

    @cached_property
    def _index(self) -> _Index:
        with self._path.open("rb") as file:
            head = file.readline(64)
            if not head.startswith(_MAGIC):
                raise ValueError(f"`{self._path.name}` is not an alias catalogue")
            size = int(head[len(_MAGIC) :])
            text = zlib.decompress(file.read(size)).decode()
        index = _Index(len(head) + size, {}, {})
        for line in text.splitlines():
            name, *rest = line.split("\t")
            if name[0] == _WHOLE:
                index.foreign[name[1:]] = tuple(rest)
            else:
                index.blocks[name] = (int(rest[0]), int(rest[1]))
        return index

    @property
    def types(self) -> Iterable[str]:
        """Every type of the catalogue, lower-case."""
        return self._index.blocks

    @property
    def foreign(self) -> Mapping[str, tuple[str, ...]]:
        """Lower-case aliases that do not begin with their type, and the types that have them."""
        return self._index.foreign

    def find(self, type_key: str, key: str) -> str | None:
        """The path of a lower-case alias on a lower-case type, or None."""
        text, folded = self._block(type_key)
        short = key[len(type_key) + 1 :] if key.startswith(type_key + "/") else _WHOLE + key
        start = folded.find(f"\n{short}\t")
        if start < 0:
            return None
        begin = start + len(short) + 2
        end = text.find("\n", begin)
        path = text[begin:end]
        return path or f"properties.{text[start + 1 : begin - 1]}"

    def names(self, type_key: str) -> Iterator[str]:
        """The aliases of a type as they are spelt."""
        title, *lines = self._block(type_key)[0].splitlines() or [""]
        for line in lines:
            short = line.partition("\t")[0]
            yield short[1:] if short[0] == _WHOLE else f"{title}/{short}"

    def _block(self, type_key: str) -> tuple[str, str]:
        """The text of a type's block and the same in lower case; empty when the catalogue lacks the type."""
        found = self._texts.get(type_key)
        if found is None:
            base, blocks, _ = self._index
            text = ""
            if type_key in blocks:
                offset, length = blocks[type_key]
                with self._path.open("rb") as file:
                    file.seek(base + offset)
                    text = zlib.decompress(file.read(length)).decode()
            # INVARIANT: both have the same length, so that positions of one hold in the other (names are ASCII).
            found = self._texts[type_key] = (text, text.lower())
        return found


def write_alias_file(rows: Iterable[tuple[str, str, str]], path: Path) -> None:
    """Write a catalogue from rows of resource type, alias and path. The first row of a (type, alias) wins.

    Raises:
        ValueError: when a name is not ASCII.

    """
    grouped: dict[str, dict[str, tuple[str, str]]] = {}
    titles: dict[str, str] = {}
    foreign: dict[str, dict[str, None]] = {}
    for title, alias, alias_path in rows:
        if not (title + alias + alias_path).isascii():
            raise ValueError(f"`{alias}` is not ASCII")
        key = title.lower()
        titles.setdefault(key, title)
        grouped.setdefault(key, {}).setdefault(alias.lower(), (alias, alias_path))
        if not alias.lower().startswith(f"{key}/"):
            foreign.setdefault(alias.lower(), {})[key] = None
    index: list[str] = []
    blocks: list[bytes] = []
    offset = 0
    for key in sorted(grouped):
        lines = [titles[key], *(_shorten(key, alias, text) for alias, text in grouped[key].values()), ""]
        block = zlib.compress("\n".join(lines).encode(), 9)
        index.append(f"{key}\t{offset}\t{len(block)}")
        offset += len(block)
        blocks.append(block)
    index.extend("\t".join([_WHOLE + alias, *types]) for alias, types in sorted(foreign.items()))
    packed = zlib.compress("\n".join(index).encode(), 9)
    with path.open("wb") as file:
        file.write(_MAGIC + str(len(packed)).encode() + b"\n")
        file.write(packed)
        file.writelines(blocks)


def _shorten(key: str, alias: str, path: str) -> str:
    if not alias.lower().startswith(f"{key}/"):
        return f"{_WHOLE}{alias}\t{path}"
    short = alias[len(key) + 1 :]
    return f"{short}\t{'' if path == f'properties.{short}' else path}"

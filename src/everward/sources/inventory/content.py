"""The bytes of an inventory: small files whole, large ones mapped, packed ones unpacked."""

from __future__ import annotations

import codecs
import gzip
import io
import mmap
import zlib
from pathlib import Path
from typing import Final, TypeAlias

from everward.sources.tree import Tree, display
from everward.values import Origin, UnreadableError

Content: TypeAlias = "bytes | mmap.mmap"

LARGE_BYTES: Final = 32 * 1024 * 1024
"""From this size on a file is mapped instead of copied, and equal values are kept once."""

MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
"""The most that a packed file may hold: a small file must not fill the memory."""


def read_content(path: Path, tree: Tree) -> Content:
    """The content as UTF-8 without a byte order mark.

    Raises:
        UnreadableError: when it cannot be read, unpacked, or is not text.

    """
    if path.name.lower().endswith(".gz"):
        return _plain(_unpack(tree.read(path), path), path)
    mapped = _map(path)
    if mapped is not None:
        return mapped
    return _plain(tree.read(path), path)


def head_of(path: Path, tree: Tree, size: int) -> bytes:
    """The first bytes of the content, unpacked, in UTF-8, for telling kinds apart; empty when there are none."""
    head = tree.head(path, size)
    if path.name.lower().endswith(".gz"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, size)
        except zlib.error:
            return b""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "ignore").encode()
    return head.removeprefix(codecs.BOM_UTF8)


def release(content: Content) -> None:
    """Let the system have back the memory of a mapped file; what is needed again is read again."""
    if isinstance(content, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        content.madvise(mmap.MADV_DONTNEED)


def _map(path: Path) -> mmap.mmap | None:
    """A large file in plain UTF-8 as a map: its pages need not stay in memory."""
    try:
        if path.stat().st_size < LARGE_BYTES:
            return None
        with path.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        # What is wrong is said by the ordinary way of reading.
        return None
    if mapped[:1] in (b"\xef", b"\xff", b"\xfe"):
        mapped.close()
        return None
    return mapped


def _unpack(packed: bytes, path: Path) -> bytes:
    try:
        if len(packed) < LARGE_BYTES:
            unpacked = bytearray()
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
                while chunk := stream.read(1024 * 1024):
                    unpacked += chunk
                    if len(unpacked) > MAX_UNPACKED_BYTES:
                        break
                else:
                    return bytes(unpacked)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, "is not a readable gzip file", "pack it again, or unpack it") from error
    raise _unreadable(path, "holds more than can be unpacked in memory", "unpack it, or split it")


def _plain(content: bytes, path: Path) -> bytes:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise _unreadable(path, "is not text in UTF-16 as it claims", "save it as UTF-8") from error
    return content.removeprefix(codecs.BOM_UTF8)


def _unreadable(path: Path, message: str, help: str) -> UnreadableError:
    shown = display(path)
    return UnreadableError(f"`{shown}` {message}", origin=Origin(source="inventory", file=shown), help=help)

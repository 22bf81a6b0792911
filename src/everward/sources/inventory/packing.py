"""Packed files: how each way of packing is told by its first bytes, and opened."""

from __future__ import annotations

import gzip
import importlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import IO, Final

ENDINGS: Final = (".gz", ".zst")
"""How packed files are called."""
_CHUNK: Final = 1024 * 1024


class PackedError(Exception):
    """A packed file that cannot be opened here, and what to do about it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class FrameError(Exception):
    """A packed file that is damaged, whatever its library calls that."""


@dataclass(frozen=True, slots=True)
class Packing:
    """A way of packing."""

    name: str
    magic: bytes
    """The first bytes of such a file."""
    pieces: Callable[[IO[bytes]], Iterator[bytes]]
    """What a packed stream holds, piece by piece. Raises one of `PACKED_ERRORS` when it is damaged."""
    begin: Callable[[bytes, int], bytes]
    """What the first bytes of a packed file hold, at most so many bytes."""


PACKED_ERRORS: Final = (OSError, EOFError, zlib.error, FrameError)
"""What reading a damaged packed stream raises."""


def packing_of(head: bytes) -> Packing | None:
    """How a file that begins with `head` is packed; None when it is not."""
    return next((packing for packing in _PACKINGS if head.startswith(packing.magic)), None)


def begin(packing: Packing, head: bytes, size: int) -> bytes:
    """What the beginning of a packed file holds, or nothing when that cannot be told."""
    try:
        return packing.begin(head, size)
    except (*PACKED_ERRORS, PackedError):
        return b""


def _gzip_pieces(stream: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from iter(lambda: unpacked.read(_CHUNK), b"")


def _begin_gzip(head: bytes, size: int) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(head, size)


_LIBRARIES: Final = ("compression.zstd", "backports.zstd")
"""Part of Python from 3.14 on, and the same for the versions before."""


def _zstd() -> ModuleType:
    """The library.

    Raises:
        PackedError: when it is not installed.

    """
    for name in _LIBRARIES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise PackedError("is packed with zstd, which this Python cannot unpack", "install `backports.zstd`, or unpack it")


def _zstd_pieces(stream: IO[bytes]) -> Iterator[bytes]:
    library = _zstd()
    try:
        with library.ZstdFile(stream) as unpacked:
            yield from iter(lambda: unpacked.read(_CHUNK), b"")
    except library.ZstdError as error:
        raise FrameError(str(error)) from error


def _begin_zstd(head: bytes, size: int) -> bytes:
    library = _zstd()
    try:
        content: bytes = library.ZstdDecompressor().decompress(head, size)
    except library.ZstdError as error:
        raise FrameError(str(error)) from error
    return content


_PACKINGS: Final = (
    Packing("gzip", b"\x1f\x8b", _gzip_pieces, _begin_gzip),
    Packing("zstd", b"\x28\xb5\x2f\xfd", _zstd_pieces, _begin_zstd),
)

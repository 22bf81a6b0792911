"""The bytes of an inventory: small files whole, large ones mapped, packed ones unpacked within a limit."""

from __future__ import annotations

import codecs
import io
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final, TypeAlias

from everward.sources.inventory.packing import PACKED_ERRORS, PackedError, begin, packing_of
from everward.sources.limits import Limits, limit_help
from everward.sources.tree import Tree, display
from everward.values import Origin, UnreadableError

Content: TypeAlias = "bytes | mmap.mmap"

LARGE_BYTES: Final = 32 * 1024 * 1024
"""From this size on a content is mapped instead of held, and equal values are kept once."""

_CHUNK: Final = 1024 * 1024
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_content(path: Path, tree: Tree, limits: Limits | None = None) -> Content:
    """The content as UTF-8 without a byte order mark. What is packed is told by its first bytes, not by its name.

    Raises:
        UnreadableError: when it cannot be read, unpacked within the limit, or is not text.

    """
    head = tree.head(path, 4)
    packing = packing_of(head)
    if packing is None and not head.startswith(tuple(mark for mark, _ in _MARKS)):
        return _map(path) or tree.read(path)
    if packing is None:
        return _Plain(path, limits).kept(_pieces(path, tree))
    try:
        with _stream(path, tree) as stream:
            return _Plain(path, limits).kept(packing.pieces(stream))
    except PackedError as error:
        raise _unreadable(path, error.message, error.help) from error
    except PACKED_ERRORS as error:
        raise _unreadable(
            path, f"is not a readable {packing.name} file", "it may have been cut off: pack it again, or unpack it"
        ) from error


def head_of(path: Path, tree: Tree, size: int) -> bytes:
    """The first bytes of the content, unpacked, in UTF-8, for telling kinds apart; empty when there are none."""
    head = tree.head(path, size)
    packing = packing_of(head)
    if packing is not None:
        head = begin(packing, head, size)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return head.removeprefix(mark).decode(name, "ignore").encode("utf-8", "ignore")
    return head


def release(content: Content) -> None:
    """Let the system have back the memory of a mapped file; what is needed again is read again."""
    if isinstance(content, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        content.madvise(mmap.MADV_DONTNEED)


def lines_of(content: Content) -> Iterator[bytes]:
    """The lines of a content, without copying it."""
    if isinstance(content, mmap.mmap):
        content.seek(0)
        return iter(content.readline, b"")
    return iter(io.BytesIO(content))


def _map(path: Path) -> mmap.mmap | None:
    """A large file in plain UTF-8 as a map: its pages need not stay in memory."""
    try:
        if path.stat().st_size < LARGE_BYTES:
            return None
        with path.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        # What is wrong is said by the ordinary way of reading.
        return None


def _stream(path: Path, tree: Tree) -> IO[bytes]:
    try:
        if path.stat().st_size >= LARGE_BYTES:
            return path.open("rb")
    except OSError:
        # What is wrong is said by the ordinary way of reading.
        pass
    return io.BytesIO(tree.read(path))


def _pieces(path: Path, tree: Tree) -> Iterator[bytes]:
    with _stream(path, tree) as stream:
        yield from iter(lambda: stream.read(_CHUNK), b"")


class _Plain:
    """Makes plain UTF-8 of pieces, and keeps it: in memory while it is small, else in a file without a name."""

    def __init__(self, path: Path, limits: Limits | None) -> None:
        self.path = path
        self.limit = (limits or Limits()).unpacked_bytes

    def kept(self, pieces: Iterable[bytes]) -> Content:
        """All pieces together. Memory holds one of them more than `LARGE_BYTES`.

        Raises:
            UnreadableError: when there are more bytes than the limit allows, or they are not text as they claim.

        """
        held = bytearray()
        size = 0
        with ExitStack() as opened:
            spilled: IO[bytes] | None = None
            for piece in self._decoded(pieces):
                size += len(piece)
                if size > self.limit:
                    raise _unreadable(
                        self.path, f"holds more than {self.limit:,} bytes when unpacked", limit_help("unpacked_bytes")
                    )
                held += piece
                if len(held) >= LARGE_BYTES:
                    spilled = spilled or opened.enter_context(_nameless(self.path))
                    _spill(held, spilled, self.path)
            if spilled is None:
                return bytes(held)
            _spill(held, spilled, self.path)
            return mmap.mmap(spilled.fileno(), 0, access=mmap.ACCESS_READ)

    def _decoded(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        decoder: codecs.IncrementalDecoder | None = None
        first = True
        for given in pieces:
            piece = given
            if first:
                first = False
                for mark, name in _MARKS:
                    if piece.startswith(mark):
                        piece = piece.removeprefix(mark)
                        decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)()
            yield piece if decoder is None else self._text(decoder, piece)
        if decoder is not None:
            yield self._text(decoder, b"", final=True)

    def _text(self, decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bytes:
        try:
            return decoder.decode(piece, final).encode()
        except UnicodeError as error:
            raise _unreadable(self.path, "is not text in UTF-16 as it claims", "save it as UTF-8") from error


def _nameless(path: Path) -> IO[bytes]:
    """A file that nobody else can open, gone when it is closed."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise _no_room(path, error) from error


def _spill(held: bytearray, target: IO[bytes], path: Path) -> None:
    try:
        target.write(held)
        target.flush()
    except OSError as error:
        raise _no_room(path, error) from error
    held.clear()


def _no_room(path: Path, error: OSError) -> UnreadableError:
    reason = (error.strerror or "error").lower()
    return _unreadable(
        path, f"cannot be unpacked: {reason}", "make room in the folder for temporary files, or unpack it"
    )


def _unreadable(path: Path, message: str, help: str) -> UnreadableError:
    shown = display(path)
    return UnreadableError(f"`{shown}` {message}", origin=Origin(source="inventory", file=shown), help=help)

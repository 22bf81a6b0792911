"""Where indexes are kept between runs: the user's cache folder. What is damaged there is made anew."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Final

import msgspec

from everward.policy.library.entries import Index

VARIABLE: Final = "EVERWARD_CACHE"
"""The environment variable that names another folder."""

FORMAT: Final = 1
"""Counted up when what is kept, or how it is worked out, changes: older files are then made anew."""

_MAGIC: Final = b"everward-library\0"
_HEAD: Final = len(_MAGIC) + 8


def cache_folder() -> Path:
    """The folder for what can be worked out again: `EVERWARD_CACHE`, else where the system keeps such things."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "everward" / "cache" if base else Path.home() / "AppData" / "Local" / "everward" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "everward"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "everward"


def index_file(root: Path) -> Path:
    """The file that keeps the index of a folder."""
    key = hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
    return cache_folder() / "library" / f"{key}.index"


def read_index(root: Path) -> Index | None:
    """The index that was kept for a folder; None when there is none, or it is damaged or of another version."""
    try:
        content = index_file(root).read_bytes()
    except OSError:
        return None
    body = memoryview(content)[_HEAD:]
    if content[:_HEAD] != _head(body):
        return None
    try:
        index = msgspec.msgpack.decode(body, type=Index)
    except msgspec.MsgspecError:
        return None
    return index if index.root == str(root) else None


def write_index(root: Path, index: Index) -> bool:
    """Keep an index. False when the folder cannot be written: the next run then works it out again."""
    body = msgspec.msgpack.encode(index)
    return write_whole(index_file(root), _head(memoryview(body)) + body)


def _head(body: memoryview) -> bytes:
    return _MAGIC + FORMAT.to_bytes(4, "big") + zlib.crc32(body).to_bytes(4, "big")


def write_whole(path: Path, content: bytes) -> bool:
    """Write a file so that readers see all of it or what was there before. False when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    except OSError:
        return False
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        return False
    return True

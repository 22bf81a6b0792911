"""Bytes of every sort: packed, cut, in other encodings, larger than memory should hold."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tests.sources.inventory.support import STORE, VAULT, claims, read, write

from everward.sources import ReadOptions, read_workload
from everward.sources.inventory import content as content_module
from everward.sources.inventory import packing as packing_module

ROWS = json.dumps([VAULT, STORE]).encode()


def zstd(content: bytes) -> bytes:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            packed: bytes = importlib.import_module(name).compress(content)
        except ImportError:
            continue
        return packed
    pytest.skip("no zstd: install `backports.zstd`")


def pack(how: str, content: bytes) -> bytes:
    return gzip.compress(content) if how == "gzip" else zstd(content)


@pytest.mark.parametrize("how", ["gzip", "zstd"])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_packed_files_are_read_whatever_they_are_called(
    how: str, large: bool, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
        monkeypatch.setattr(content_module, "_CHUNK", 64)
    content = ROWS.decode().encode(encoding)
    for name in ("x.json.gz", "x.json.zst", "x.json", "export"):
        path = write(tmp_path, name, pack(how, content))
        assert claims(path) == [name]
        reading = read(path)
        assert [resource.name for resource in reading.resources] == ["kv", "st"], reading.unresolved
        assert reading.resources[1].origin_of("properties.minimumTlsVersion").line == 1


@pytest.mark.parametrize("how", ["gzip", "zstd"])
@pytest.mark.parametrize("large", [False, True])
def test_packed_files_that_were_cut_or_damaged_are_told(
    how: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    rows = json.dumps([{**VAULT, "id": f"{VAULT['id']}{number}"} for number in range(3_000)]).encode()
    packed = bytearray(pack(how, rows))
    damaged = bytearray(packed)
    damaged[len(damaged) // 2] ^= 0xFF
    for content in (bytes(packed[: len(packed) // 2]), bytes(damaged)):
        reading = read(write(tmp_path, "x.json.gz", content))
        assert f"is not a readable {how} file" in reading.unresolved[0].reason
        assert reading.incomplete
        assert not reading.resources
        assert reading.inputs[0].used is False


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_what_would_fill_the_disk_is_refused_and_can_be_allowed(how: str, tmp_path: Path) -> None:
    path = write(tmp_path, "x.json.gz", pack(how, ROWS + b" " * 3_000_000))
    reading = read(path, unpacked_bytes=1_000_000)
    (note,) = reading.unresolved
    assert "holds more than 1,000,000 bytes when unpacked" in note.reason
    assert note.help is not None
    assert "--limit unpacked-bytes=N" in note.help
    assert reading.incomplete
    assert len(read(path, unpacked_bytes=4_000_000).resources) == 2


def test_a_python_without_zstd_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing_module, "_LIBRARIES", ("everward.no_such_library",))
    path = write(tmp_path, "x.jsonl.zst", b"\x28\xb5\x2f\xfd and more")
    assert claims(path) == []
    for place in (path, tmp_path):
        notes = [note for reading in read_workload([place], ReadOptions()) for note in reading.unresolved]
        (note, *_) = [note for note in notes if "packed with zstd" in note.reason]
        assert note.incomplete
        assert place is path or note.help == "install `backports.zstd`, or unpack it"


def test_there_must_be_room_for_what_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "LARGE_BYTES", 10)

    def full() -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    reading = read(write(tmp_path, "x.json.gz", gzip.compress(ROWS)))
    assert reading.unresolved[0].reason.endswith("cannot be unpacked: no space left on device")

    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            return int(full())

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    reading = read(write(tmp_path, "x.json.gz", gzip.compress(ROWS)))
    assert reading.unresolved[0].reason.endswith("cannot be unpacked: no space left on device")


@pytest.mark.parametrize("large", [False, True])
def test_text_that_is_not_what_it_says_is_reported(
    large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    content = json.dumps([VAULT]).encode("utf-16")
    reading = read(write(tmp_path, "x.json", content[:-1]))
    assert "is not text in UTF-16" in reading.unresolved[0].reason
    lone = content[:-4] + b"\x00\xd8" + content[-4:]
    reading = read(write(tmp_path, "y.json", lone))
    assert "is not text in UTF-16" in reading.unresolved[0].reason


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_files_of_old_powershell_are_read_without_holding_them_twice(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    monkeypatch.setattr(content_module, "_CHUNK", 7)
    mark = b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff"
    row = {**VAULT, "tags": {"näme": "😀"}}
    reading = read(write(tmp_path, "x.json", mark + json.dumps([row], ensure_ascii=False).encode(encoding)))
    assert reading.resources[0].tags == {"näme": "😀"}

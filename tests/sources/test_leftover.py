"""What no source claims in a folder: broken inputs are told, other people's files are not."""

import gzip
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from everward.estate import Unresolved
from everward.sources import ReadOptions, Tree, read_workload
from everward.sources.leftover import MAX_BYTES, judge

zstd: Any = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

MAIN = 'resource "azurerm_resource_group" "main" {\n  name     = "rg"\n  location = "swedencentral"\n}\n'
ROW = '{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv1", "name": "kv1"'
PLAN = '{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_mod'
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def told(folder: Path) -> list[Unresolved]:
    """What is said about a folder that has a good root module, too."""
    (folder / "main.tf").write_text(MAIN)
    readings = read_workload([folder], ReadOptions())
    assert "rg" in [resource.name for reading in readings for resource in reading.resources]
    items = [item for reading in readings for item in reading.unresolved]
    return [item for item in items if item.subject != "version of azurerm"]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("terraform.tfstate", b'{"version": 4,\n "terraform_version": "1.9', 2),
        ("terraform.tfstate", b"", 1),
        ("terraform.tfstate", b'{"version": 3}', None),
        ("plan.json", PLAN.encode(), 1),
        ("plan.json", b'{"format_version": "1.2", "terra', 1),
        ("state.json", b'{"format_version": "1.0",\n "terraform_version": "1.9.0", "val', 2),
        ("broken.json", f'{{"contentVersion": "1.0.0.0",\n"$schema": "{SCHEMA}", "resources": [{{'.encode(), 2),
        ("broken.json", b'{"$schema": "https://schema.management.azure.com/sch', 1),
        ("broken.json", b'{"resources": [{"type": "Microsoft.KeyVault/vaults", ', 1),
        ("utf16.json", '{"resources": [{"type": "Mic'.encode("utf-16"), 1),
        ("inv.json", f"[\n{ROW}".encode(), 2),
        ("inv.jsonl", f"\n{ROW}".encode(), 2),
        ("inv.jsonl", f"{ROW}}}\n{ROW}".encode(), 2),
        ("inv.ndjson", b"", None),
        ("inv.json.gz", b"not packed", 1),
        ("inv.json.gz", b"", 1),
        ("inv.json.gz", gzip.compress(ROW.encode()), 1),
        ("X.TF", MAIN.encode(), None),
        ("terragrunt.hcl", b"", None),
        ("terragrunt.stack.hcl", b"", None),
    ],
)
def test_a_broken_input_in_a_folder_is_incomplete(tmp_path: Path, name: str, content: bytes, line: int | None) -> None:
    (tmp_path / name).write_bytes(content)
    (item,) = told(tmp_path)
    assert item.incomplete
    assert item.origin is not None
    assert (Path(item.origin.file or "").name, item.origin.line) == (name, line)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package.json", b'{"name": "x", "resources": []}'),
        ("tsconfig.json", b'{\n// with remarks\n"a": 1,\n}'),
        ("notes.md", b"{ broken"),
        ("shared.bicepparam", b"using none\n"),
        (".hidden.tf", b"{"),
    ],
)
def test_what_is_none_of_ours_is_not_mentioned(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("values.json", b'{"a": {{ value }}}', "is not readable as JSON"),
        ("values.json", b"\xff\xfa", "is not text"),
        ("events.jsonl", b'{"event": 1}\n\n{"event": 2}\n', "no rows of resources"),
        ("events.json.gz", gzip.compress(b'{"event": 1}', mtime=0), "no rows of resources"),
    ],
)
def test_what_may_be_anything_is_listed_and_not_incomplete(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (item,) = told(tmp_path)
    assert not item.incomplete
    assert reason in item.reason


def test_links_to_nowhere_and_pipes_with_an_ending_of_ours_are_incomplete(tmp_path: Path) -> None:
    (tmp_path / "a.tf").symlink_to("b.tf")
    (tmp_path / "b.tf").symlink_to("a.tf")
    (tmp_path / "gone.json").symlink_to("nowhere")
    (tmp_path / "gone.md").symlink_to("nowhere")
    os.mkfifo(tmp_path / "p.tf")
    os.mkfifo(tmp_path / "p.json")
    items = told(tmp_path)
    assert all(item.incomplete for item in items)
    assert sorted(item.subject.rpartition("/")[2].strip("`") for item in items) == [
        "a.tf",
        "b.tf",
        "gone.json",
        "p.json",
        "p.tf",
    ]


@pytest.mark.parametrize("name", ["inv.json", "terraform.tfstate", "inv.json.gz", "inv.jsonl"])
def test_a_file_that_may_not_be_read_is_incomplete(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_text(ROW)
    opening = Path.open
    reading = Path.read_bytes

    def refuse(path: Path) -> None:
        if path.name == name:
            raise PermissionError(13, "Permission denied")

    def open_(path: Path, *arguments: Any, **options: Any) -> object:
        refuse(path)
        return opening(path, *arguments, **options)

    def read_bytes(path: Path) -> bytes:
        refuse(path)
        return reading(path)

    monkeypatch.setattr(Path, "open", open_)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    (item,) = told(tmp_path)
    assert item.incomplete
    assert "permission denied" in item.reason


def test_a_file_that_vanishes_meanwhile_is_incomplete(tmp_path: Path) -> None:
    left = judge(tmp_path / "inv.json", Tree(tmp_path))
    assert left is not None
    assert left.incomplete


def test_a_broken_linked_template_is_told_once(tmp_path: Path) -> None:
    link = {"properties": {"mode": "Incremental", "templateLink": {"relativePath": "child.json"}}}
    nested = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "child", **link}
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [nested]}
    (tmp_path / "parent.json").write_text(json.dumps(template))
    (tmp_path / "child.json").write_text(f'{{"$schema": "{SCHEMA}", "resources": [')
    assert sum("child.json" in str(item.origin) for item in told(tmp_path)) == 1


def test_a_linked_template_that_is_a_loop_is_told(tmp_path: Path) -> None:
    link = {"properties": {"mode": "Incremental", "templateLink": {"relativePath": "child.json"}}}
    nested = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "child", **link}
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [nested]}
    (tmp_path / "parent.json").write_text(json.dumps(template))
    (tmp_path / "child.json").symlink_to("child.json")
    assert any(item.incomplete and item.subject.endswith("child.json") for item in told(tmp_path))


@pytest.mark.parametrize(("content", "expected"), [(b'{"format_version"', True), (b'{"rows": [', False)])
def test_of_a_very_large_file_the_beginning_tells(tmp_path: Path, content: bytes, expected: bool) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.write(content)
        stream.truncate(MAX_BYTES + 1)
    left = judge(path, Tree(tmp_path))
    assert (left is not None and left.incomplete) is expected


def test_a_folder_with_broken_files_only_is_still_incomplete(tmp_path: Path) -> None:
    (tmp_path / "values.json").write_text("{{ }}")
    (reading,) = read_workload([tmp_path], ReadOptions())
    assert [item.incomplete for item in reading.unresolved] == [False, True]
    assert "nothing to read among its 1 files" in reading.unresolved[1].reason


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_packed_table_that_is_damaged_is_told(packing: str, tmp_path: Path) -> None:
    whole = b"id,name,type\n" * 99
    packed = gzip.compress(whole) if packing == "gz" else zstd.compress(whole)
    (tmp_path / f"other.csv.{packing}").write_bytes(packed)
    assert told(tmp_path) == []
    (tmp_path / f"rows.csv.{packing}").write_bytes(packed[:-6])
    (item,) = told(tmp_path)
    assert "is not a readable" in item.reason
    assert item.incomplete
    assert item.help == "it may have been cut off: pack it again, or unpack it"


def test_a_named_file_that_is_damaged_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.zst"
    path.write_bytes(zstd.compress(ROW.encode())[:-3])
    (reading,) = read_workload([path], ReadOptions())
    (item,) = reading.unresolved
    assert item.help == "it may have been cut off: pack it again, or unpack it"

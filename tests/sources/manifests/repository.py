"""Repositories written by tests, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from everward.estate import Reading, Resource
from everward.sources import ReadOptions, read_workload
from everward.sources.manifests.yamltext import SOURCE


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, which becomes a repository."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(folder: Path, files: Mapping[str, str | bytes] | None = None, **options: Any) -> Reading:
    """The reading of Kubernetes of a repository."""
    if files is not None:
        write(folder, files)
    readings = [item for item in read_workload([folder], ReadOptions(**options)) if item.source == SOURCE]
    assert len(readings) == 1
    return readings[0]


def find(reading: Reading, kind: str, name: str) -> Resource:
    """The one resource with the end of a type and a name."""
    found = [item for item in reading.resources if item.type.endswith(f"/{kind}") and item.name == name]
    assert len(found) == 1, [item.id for item in reading.resources]
    return found[0]


def kinds(reading: Reading) -> list[str]:
    """Kind and name of every object, without facts, in order."""
    return [
        f"{item.body['kind']} {item.name}"
        for item in reading.resources
        if "kind" in item.body and "apiVersion" in item.body["properties"]  # type: ignore[operator]
    ]


def reasons(reading: Reading) -> list[str]:
    """Why things were not read or settled."""
    return [item.reason for item in reading.unresolved]

"""Patches with targets, and those that name their object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sources.manifests.repository import find, kinds, read, reasons

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {}\n"
HEAD = {"apiVersion": "v1", "kind": "Pod"}


def patched(folder: Path, *patches: dict[str, Any], **fields: Any) -> Any:
    kustomization = {"resources": ["all.yaml"], "patches": list(patches), **fields}
    return read(folder, {"kustomization.yaml": json.dumps(kustomization), "all.yaml": POD % "a" + "---\n" + POD % "b"})


def merge(name: str, **more: Any) -> str:
    return json.dumps({**HEAD, "metadata": {"name": name}, **more})


def test_a_name_or_a_kind_changes_only_where_it_may(tmp_path: Path) -> None:
    target = {"name": "a"}
    assert kinds(patched(tmp_path, {"target": target, "patch": merge("c")})) == ["Pod a", "Pod b"]
    options = {"allowNameChange": True}
    assert kinds(patched(tmp_path, {"target": target, "patch": merge("c"), "options": options})) == ["Pod c", "Pod b"]
    options = {"allowKindChange": True}
    changed = merge("a", kind="Job")
    assert sorted(kinds(patched(tmp_path, {"target": target, "patch": changed, "options": options}))) == [
        "Job a",
        "Pod b",
    ]


def test_two_that_become_one_are_said(tmp_path: Path) -> None:
    reading = patched(tmp_path, {"target": {}, "patch": merge("c"), "options": {"allowNameChange": True}})
    assert "there is more than one Pod `c` in one namespace" in reasons(reading)


def test_an_object_is_deleted(tmp_path: Path) -> None:
    assert kinds(patched(tmp_path, {"patch": merge("a", **{"$patch": "delete"})})) == ["Pod b"]


def test_a_patch_that_is_refused_is_said(tmp_path: Path) -> None:
    reading = patched(tmp_path, {"patch": merge("a", spec=[1])}, {"patch": merge("none")})
    assert "the patch has a list where there is a object" in reasons(reading)
    assert "the patch of Pod `none` meets no object" in reasons(reading)


def test_old_fields_of_patches_are_read(tmp_path: Path) -> None:
    operations = json.dumps([{"op": "add", "path": "/spec/x", "value": 1}])
    reading = patched(
        tmp_path,
        patchesStrategicMerge=[merge("a", spec={"y": 2})],
        patchesJson6902=[{"target": {"version": "v1", "kind": "Pod", "name": "b"}, "patch": operations}],
    )
    assert find(reading, "Pod", "a").get("properties.spec") == {"y": 2}
    assert find(reading, "Pod", "b").get("properties.spec") == {"x": 1}

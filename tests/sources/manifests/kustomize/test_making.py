"""Our reading of kustomizations that are made up, beside what `kubectl kustomize` builds of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.sources.manifests.kustomize.making import Maker
from tests.sources.manifests.kustomize.test_recorded import settled

from everward.sources.limits import Limits
from everward.sources.manifests.kustomize import Kustomizations
from everward.sources.manifests.placed import plain
from everward.sources.manifests.scan import scan
from everward.sources.tree import Tree

KUBECTL = shutil.which("kubectl")


def made(folder: Path) -> tuple[list[Any], list[str]]:
    """The objects that we make of the overlay, and why some may be missing."""
    tree = Tree(folder)
    found = Kustomizations(tree, scan(tree, Limits()).kustomizations, Limits())
    objects = [plain(item.value) for item in found.build(folder / "over")]
    return objects, [item.reason for item in found.unresolved if item.incomplete]


def key(value: Any) -> str:
    meta = value.get("metadata") or {}
    return json.dumps(
        [value.get("apiVersion"), value.get("kind"), meta.get("namespace"), value], sort_keys=True, default=str
    )


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_what_is_built_is_what_kustomize_builds(seed: int, tmp_path: Path) -> None:
    for name, text in Maker(seed).make().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / ".git").mkdir()
    assert KUBECTL is not None
    done = subprocess.run([KUBECTL, "kustomize", str(tmp_path / "over")], capture_output=True, text=True, check=False)
    ours, reasons = made(tmp_path)
    if done.returncode:
        assert reasons, done.stderr
        return
    assert not reasons
    theirs = sorted((item for item in yaml.safe_load_all(done.stdout) if item is not None), key=key)
    ours.sort(key=key)
    assert len(ours) == len(theirs)
    assert [settled(*pair) for pair in zip(ours, theirs, strict=True)] == theirs

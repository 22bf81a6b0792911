"""Our reading of kustomizations beside what kustomize 5.6.0 builds, recorded by `record.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sources.manifests.kustomize.record import CASES, FOLDERS, RECORDED

from everward.sources.limits import Limits
from everward.sources.manifests.kustomize import Kustomizations
from everward.sources.manifests.placed import plain
from everward.sources.manifests.scan import scan
from everward.sources.tree import Tree
from everward.values import Unknown

BUILT: dict[str, list[Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))


def settled(made: Any, built: Any) -> Any:
    """What is made, with what is built where it is open."""
    if isinstance(made, Unknown):
        return built
    if isinstance(made, dict) and isinstance(built, dict):
        return {name: settled(value, built.get(name)) for name, value in made.items()}
    return made


def key(value: dict[str, Any]) -> tuple[str, str]:
    return value["kind"], value["metadata"]["name"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kustomization_makes_what_kustomize_builds(folder: str) -> None:
    tree = Tree(CASES)
    kustomizations = Kustomizations(tree, scan(tree, Limits()).kustomizations, Limits())
    made = [plain(item.value) for item in kustomizations.build(CASES / folder)]
    assert sorted(map(key, made)) == sorted(map(key, BUILT[folder]))
    expected = {key(item): item for item in BUILT[folder]}
    for value in made:
        assert settled(value, expected[key(value)]) == expected[key(value)]

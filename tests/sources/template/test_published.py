"""Azure Verified Modules with the parameter files of their own tests. Needs the folder that EVERWARD_CASES names."""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS

from everward.estate import Reading
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree
from everward.values import Unknown

LEAST_KNOWN = 0.88
"""Of all leaves of properties. The files leave ids of other resources open, which nobody can know."""


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> list[Reading]:
    cases = os.environ.get("EVERWARD_CASES")
    if not cases:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the published modules")
    folder = tmp_path_factory.mktemp("published")
    with tarfile.open(Path(cases) / "corpus" / "avm-modules.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    tree = Tree(folder)
    source = TemplateSource()
    return [source.read(item, tree, OPTIONS) for item in source.find(tree)]


def test_every_parameter_set_is_expanded(readings: list[Reading]) -> None:
    assert len(readings) == 101
    used = [item for reading in readings for item in reading.inputs if item.role == "parameters" and item.used]
    assert len(used) == 413
    assert all(reading.resources for reading in readings)
    assert sum(len(reading.resources) for reading in readings) > 3_000


def test_nothing_goes_wrong(readings: list[Reading]) -> None:
    """What is said is what the files leave open: values, and numbers of resources that hang on them."""
    open_only = ("placeholders stand where values should be", "how many there are is not known")
    notes = [note for reading in readings for note in reading.unresolved]
    assert [note.reason for note in notes if not note.reason.startswith(open_only)] == []
    assert all(note.decided_by for note in notes)


def test_placeholders_are_known_nowhere(readings: list[Reading]) -> None:
    leaves = [leaf for reading in readings for leaf in leaves_of(reading)]
    assert not [leaf for leaf in leaves if isinstance(leaf, str) and re.search(r"<[A-Za-z]\w*>(?!.*</)", leaf)]
    holes = [leaf for leaf in leaves if isinstance(leaf, Unknown) and leaf.reason.startswith("a placeholder")]
    assert len(holes) > 2_000
    assert all(hole.decided_by for hole in holes)


def test_most_of_it_is_known(readings: list[Reading]) -> None:
    leaves = [leaf for reading in readings for leaf in leaves_of(reading)]
    assert len(leaves) > 30_000
    assert sum(not isinstance(leaf, Unknown) for leaf in leaves) / len(leaves) >= LEAST_KNOWN


def leaves_of(reading: Reading) -> Iterator[Any]:
    """What stands in properties and holds nothing else."""
    stack: list[Any] = [resource.properties for resource in reading.resources]
    while stack:
        item = stack.pop()
        below = list(item.values()) if isinstance(item, dict) else item
        if isinstance(below, list) and below:
            stack.extend(below)
        else:
            yield item

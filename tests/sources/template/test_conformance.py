"""Against answers of the real engine, and against real templates. Needs the folder that EVERWARD_CASES names."""

import os
import tarfile
from pathlib import Path

import pytest
from tests.sources.template.support import OPTIONS, reasons

from everward.sources.interface import Input
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree


def folder() -> Path:
    found = os.environ.get("EVERWARD_CASES")
    if not found:
        pytest.skip("EVERWARD_CASES is not set")
    return Path(found)


def test_published_modules_expand_with_their_parameters(tmp_path: Path) -> None:
    with tarfile.open(folder() / "corpus/avm-modules.tar.xz") as archive:
        archive.extractall(tmp_path / "avm", filter="data")
    tree = Tree(tmp_path / "avm")
    source = TemplateSource()
    runs = clean = 0
    wrong: set[str] = set()
    for item in list(source.find(tree))[::3]:
        # The largest one says most. They are examples, with placeholders such as `<vaultResourceId>` in them.
        file = max(item.files, key=lambda path: path.stat().st_size)
        reading = source.read(Input(item.source, item.path, (file,)), tree, OPTIONS)
        runs += 1
        found = [reason for reason in reasons(reading) if reason != "parameter without value"]
        clean += not found
        if "<" not in file.read_text():
            wrong.update(found)
        assert all(resource.id.startswith(("/subscriptions/", "/providers/")) for resource in reading.resources)
    assert runs == 34
    assert not wrong
    assert clean > 22

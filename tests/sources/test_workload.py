"""Discovery over all sources: what is claimed once, what is claimed by nobody, and what cannot be listed."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

from everward import sources
from everward.estate import Reading, Resource
from everward.sources import Input, ReadOptions, Source, Tree, read_workload
from everward.values import Origin, UnreadableError, UsageError

VAULT = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv1",
    "name": "kv1",
    "type": "Microsoft.KeyVault/vaults",
    "location": "swedencentral",
    "properties": {},
}


class Letters(Source):
    """Reads files that end in `.abc`: their text is the name of a resource."""

    name = "letters"
    endings: ClassVar[tuple[str, ...]] = (".abc",)

    def find(self, tree: Tree) -> Iterable[Input]:
        return [Input(self.name, path) for path in tree.files if path.name.endswith(self.endings)]

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        text = tree.text(item.path)
        if text == "usage":
            raise UsageError("no such thing")
        name = f"{text}-{options.environment}"
        return Reading(
            source=self.name,
            label=item.path.name,
            resources=[Resource(id=f"/x/{name}", type="X/y", name=name, body={}, origin=Origin(source=self.name))],
        )


class Greedy(Letters):
    """Would read the same files, and more."""

    name = "greedy"
    endings: ClassVar[tuple[str, ...]] = (".abc", ".xyz")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("letters_for_tests")
    module.__dict__.update(Letters=Letters, Greedy=Greedy)
    monkeypatch.setitem(sys.modules, "letters_for_tests", module)
    rooms = (
        ("letters_for_tests", "Letters", (".abc",)),
        ("letters_for_tests", "Greedy", (".abc", ".xyz")),
        ("module_that_does_not_exist", "Never", (".never",)),
    )
    monkeypatch.setattr(sources, "_ROOMS", rooms)


def names(readings: Iterable[Reading]) -> list[tuple[str, list[str]]]:
    return [(reading.source, [resource.name for resource in reading.resources]) for reading in readings]


@pytest.mark.usefixtures("rooms")
class TestClaims:
    def test_each_input_is_read_on_its_own_by_the_first_source_that_claims_it(self, tmp_path: Path) -> None:
        (tmp_path / "b.abc").write_text("b")
        (tmp_path / "a.abc").write_text("a")
        (tmp_path / "c.xyz").write_text("c")
        (tmp_path / "readme.md").write_text("nobody reads this")
        readings = read_workload([tmp_path], ReadOptions(environment="prod"))
        assert names(readings) == [("letters", ["a-prod"]), ("letters", ["b-prod"]), ("greedy", ["c-prod"])]

    def test_what_two_paths_lead_to_is_read_once(self, tmp_path: Path) -> None:
        (tmp_path / "a.abc").write_text("a")
        readings = read_workload([tmp_path, tmp_path / "a.abc", tmp_path / "."], ReadOptions())
        assert names(readings) == [("letters", ["a-None"])]

    def test_a_source_is_imported_only_when_a_file_could_be_its(self, tmp_path: Path) -> None:
        (tmp_path / "a.never").write_text("x")
        with pytest.raises(ModuleNotFoundError):
            read_workload([tmp_path], ReadOptions())

    def test_an_option_that_names_nothing_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.abc").write_text("usage")
        with pytest.raises(UsageError, match="no such thing"):
            read_workload([tmp_path], ReadOptions())

    def test_what_a_source_cannot_read_is_incomplete(self, tmp_path: Path) -> None:
        (tmp_path / "a.abc").write_bytes(b"\0\1")
        (reading,) = read_workload([tmp_path], ReadOptions())
        assert reading.incomplete
        assert "not text" in reading.unresolved[0].reason
        assert reading.unresolved[0].help


def only(path: Path) -> Reading:
    (reading,) = read_workload([path], ReadOptions())
    assert reading.source == "files"
    assert reading.incomplete
    return reading


class TestNobody:
    def test_a_missing_path(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="does not exist"):
            read_workload([tmp_path / "nothing"], ReadOptions())

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        assert "no files" in only(tmp_path).unresolved[0].reason

    def test_a_folder_without_anything_to_read(self, tmp_path: Path) -> None:
        (tmp_path / "readme.md").write_text("hello")
        assert "nothing to read among its 1 files" in only(tmp_path).unresolved[0].reason

    def test_a_named_file_that_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "notes.md").write_text("hello")
        assert only(tmp_path / "notes.md").unresolved[0].reason == "no kind of input that can be read"

    def test_a_named_file_of_json_that_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "package.json").write_text('{"name": "x"}')
        assert only(tmp_path / "package.json").unresolved[0].reason == "no kind of input that can be read"

    def test_a_named_file_that_is_broken_json_has_its_line(self, tmp_path: Path) -> None:
        (tmp_path / "notes.json").write_text('{\n"a": 1\n"b": 2}')
        item = only(tmp_path / "notes.json").unresolved[0]
        assert item.origin is not None
        assert item.origin.line == 3
        assert "JSON" in item.reason

    def test_a_named_file_that_is_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.bin").write_bytes(b"\0\0")
        assert "not text" in only(tmp_path / "a.bin").unresolved[0].reason

    def test_a_folder_that_cannot_be_listed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "inventory.json").write_text(json.dumps([VAULT]))
        (tmp_path / "closed").mkdir()
        listing = os.scandir

        def scandir(folder: Path) -> object:
            if Path(folder).name == "closed":
                raise PermissionError(13, "Permission denied")
            return listing(folder)

        monkeypatch.setattr("everward.sources.tree.os.scandir", scandir)
        read, rest = read_workload([tmp_path], ReadOptions())
        assert [resource.name for resource in read.resources] == ["kv1"]
        assert rest.unresolved[0].reason == "the folder cannot be listed: permission denied"
        assert rest.incomplete
        assert not rest.inputs


def test_an_inventory_is_found_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "inventory.jsonl").write_text(json.dumps(VAULT) + "\n")
    (reading,) = read_workload([tmp_path], ReadOptions())
    assert (reading.source, len(reading.resources), reading.incomplete) == ("inventory", 1, False)


def test_an_unreadable_error_keeps_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from everward.sources.inventory import InventorySource

    def read(self: object, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        raise UnreadableError("broken", origin=Origin(source="inventory", file="a.json", line=7), help="mend it")

    monkeypatch.setattr(InventorySource, "read", read)
    (tmp_path / "inventory.json").write_text(json.dumps([VAULT]))
    item = read_workload([tmp_path], ReadOptions())[0].unresolved[0]
    assert (str(item.origin), item.reason, item.help, item.incomplete) == ("a.json:7", "broken", "mend it", True)

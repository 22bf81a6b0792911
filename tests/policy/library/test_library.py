"""The library: folders are indexed once, kept, brought up to date, and found by name."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.policy.governing import (
    PREFIX,
    assignment_document,
    definition_document,
    exemption_document,
    initiative_document,
    reference,
)

from everward.policy.library import Kind, Library, Register, cache, cache_folder, find_initiative, formats, indexing
from everward.policy.library.cache import index_file, read_index, write_index, write_whole
from everward.policy.library.entries import Index
from everward.policy.library.library import refresh
from everward.policy.library.values import read_values
from everward.values import ProblemError, UnreadableError, UsageError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVERWARD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    put(
        folder / "definitions" / "d1.json",
        definition_document("d1", version="1.0.0", metadata={"category": "C", "deprecated": True}),
    )
    put(folder / "sets" / "i1.json", initiative_document("i1", reference("d1", "r1"), reference("gone", "r2")))
    return folder


def put(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else msgspec.json.encode(document))
    return path


def names(library: Library) -> list[str]:
    return [item.entry.name for item in library.items]


def test_a_folder_of_definitions_and_initiatives(root: Path) -> None:
    library = Library.load([root])
    assert names(library) == ["d1", "i1"]
    entry = library.items[0].entry
    assert (entry.kind, entry.version, entry.category, entry.deprecated, entry.mode) == (
        Kind.DEFINITION, "1.0.0", "C", True, "All",
    )  # fmt: skip
    assert entry.types == ("case.test/things",)
    assert library.items[0].place == f"{root}/definitions/d1.json"
    assert library.definition("d1").types == frozenset({"case.test/things"})
    assert library.definition(f"{PREFIX}/policyDefinitions/d1").value.display_name == "Title of d1"
    assert library.initiative("i1").value.references[0].id == "r1"
    assert not library.problems


def test_types_hold_whatever_the_parameters_are(tmp_path: Path) -> None:
    of = {"type": "Array", "defaultValue": ["Case.Test/a"]}
    document = definition_document("d", parameters={"types": of})
    document["properties"]["policyRule"]["if"] = {"field": "type", "in": "[parameters('types')]"}
    library = Library.load([put(tmp_path / "d.json", document)])
    assert library.items[0].entry.types is None


def test_what_did_not_change_comes_from_the_cache(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Library.load([root])
    stamp = index_file(root).stat().st_mtime_ns

    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing needs to be read")

    monkeypatch.setattr(indexing, "read_content", refuse)
    assert names(Library.load([root])) == ["d1", "i1"]
    # A file that was only touched has the same content.
    os.utime(root / "sets" / "i1.json", ns=(1, 1))
    assert names(Library.load([root])) == ["d1", "i1"]
    assert index_file(root).stat().st_mtime_ns >= stamp


def test_only_what_changed_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Library.load([root])
    read: list[str] = []
    original = formats.read_content

    def watch(content: bytes, file: str) -> Iterator[Any]:
        read.append(file)
        return original(content, file)

    monkeypatch.setattr(indexing, "read_content", watch)
    put(root / "definitions" / "d2.json", definition_document("d2"))
    put(root / "sets" / "i1.json", initiative_document("i9", reference("d2")))
    assert names(Library.load([root])) == ["d1", "d2", "i9"]
    assert read == ["definitions/d2.json", "sets/i1.json"]
    (root / "definitions" / "d1.json").unlink()
    assert names(Library.load([root])) == ["d2", "i9"]
    assert names(Library.load([root])) == ["d2", "i9"]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "format", "other", "body"])
def test_a_damaged_index_is_made_anew(root: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Library.load([root])
    file = index_file(root)
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[:-9])
    elif damage == "flip":
        file.write_bytes(content[:-9] + bytes([content[-9] ^ 255]) + content[-8:])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "format":
        monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    elif damage == "other":
        write_index(root, Index("/elsewhere", []))
    else:
        body = b"\x93\x01"
        write_whole(file, cache._head(memoryview(body)) + body)
    assert read_index(root) is None
    assert names(Library.load([root])) == ["d1", "i1"]
    assert read_index(root) is not None


def test_a_cache_that_cannot_be_written_only_costs_time(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "file", b"")
    monkeypatch.setenv("EVERWARD_CACHE", str(tmp_path / "file"))
    assert names(Library.load([root])) == ["d1", "i1"]
    with pytest.raises(ProblemError, match="cannot write"):
        Register().add([root])


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "it", b"before")

    def refuse(*arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "replace", refuse)
    assert not write_whole(file, b"after")
    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("it")] == ["it"]


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("EVERWARD_CACHE")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for system, expected in (
        ("linux", "/home/me/.cache/everward"),
        ("darwin", "/home/me/Library/Caches/everward"),
        ("win32", "/home/me/AppData/Local/everward/cache"),
    ):
        monkeypatch.setattr(sys, "platform", system)
        assert cache_folder() == Path(expected)
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert cache_folder() == Path("/local/everward/cache")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/everward")


def test_what_cannot_be_read_is_told_and_the_rest_is_there(root: Path) -> None:
    put(root / "broken.json", b'{"policyRule": ')
    put(root / "template.json", b"{{ not JSON, and nobody's loss }}")
    put(root / "packed.json.gz", b"nonsense")
    put(root / "bad.json", definition_document("bad") | {"properties": {"policyRule": {"if": {}}}})
    put(root / "nameless.json", {"properties": {"policyDefinitions": [{}]}})
    put(root / "id.json", {"id": "/x/policyDefinitions/y", "properties": {"policyRule": {"if": {}}}})
    library = Library.load([root])
    assert sorted(names(library)) == ["d1", "i1"]
    assert [problem.subject for problem in library.problems] == [
        "definition `bad`",
        "file `broken.json`",
        "definition `y`",
        "initiative `without a name`",
        "file `packed.json.gz`",
    ]
    assert all(problem.incomplete for problem in library.problems)
    assert library.problems[0].origin is not None
    assert library.problems[0].origin.file == "bad.json"
    # The problems are kept with the index.
    assert len(Library.load([root]).problems) == 5


def test_a_tree_of_assignments_that_is_wrong_is_told(tmp_path: Path) -> None:
    put(tmp_path / "lib" / "tree.json", {"nodeName": "root", "children": True})
    (problem,) = Library.load([tmp_path / "lib"]).problems
    assert (problem.reason, problem.incomplete) == ("its `children` are not an array", True)
    assert "root" in problem.subject


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(root: Path) -> None:
    (root / "definitions" / "d1.json").chmod(0)
    assert Library.load([root]).problems[0].subject == "file `definitions/d1.json`"


def test_a_file_that_goes_while_it_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(path: Path) -> bytes:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(Path, "read_bytes", gone)
    index, changed = indexing.index_root(root)
    assert changed
    assert [record.problems[0].reason for record in index.files] == ["no such file", "no such file"]
    assert indexing._status(root / "never") == (-1, -1)


def test_a_folder_that_cannot_be_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.scandir

    def scan(path: Any) -> Any:
        if str(path).endswith("sets"):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(os, "scandir", scan)
    library = Library.load([root])
    assert names(library) == ["d1"]
    assert "permission denied" in library.problems[0].reason


def test_second_copies_for_another_cloud_count_where_there_is_no_first(tmp_path: Path) -> None:
    base = tmp_path / "built-in-policies" / "policyDefinitions"
    put(base / "Azure Government" / "C" / "d1.json", definition_document("d1", version="9.0.0"))
    put(base / "Azure Government" / "C" / "d2.json", definition_document("d2", version="1.0.0"))
    put(base / "C" / "d1.json", definition_document("d1", version="1.0.0"))
    library = Library.load([tmp_path / "built-in-policies"])
    assert [(item.entry.name, item.entry.version) for item in library.items] == [("d1", "1.0.0"), ("d2", "1.0.0")]


def test_the_layout_of_enterprise_policy_as_code(tmp_path: Path) -> None:
    folder = tmp_path / "Definitions"
    put(folder / "policyDefinitions" / "own.jsonc", b'{ // ours\n"name": "own", "properties": {"displayName": "Own",\n'
        b'"policyRule": {"if": {"field": "type", "equals": "a/b"}, "then": {"effect": "audit"}},}}')  # fmt: skip
    put(folder / "policySetDefinitions" / "set.jsonc", {
        "name": "set", "properties": {"policyDefinitions": [{"policyDefinitionName": "own"}]},
    })  # fmt: skip
    put(folder / "policyAssignments" / "a.jsonc", {
        "nodeName": "/A/", "assignment": {"name": "a"}, "definitionEntry": {"policySetName": "set"},
        "scope": {"prod": ["/subscriptions/s1"]}, "parameterFile": "x.csv",
    })  # fmt: skip
    put(folder / "policyExemptions" / "prod" / "e.json", {"exemptions": [
        {"name": "e", "exemptionCategory": "Waiver", "scope": "/subscriptions/s1", "policySetDefinitionName": "set"},
    ]})  # fmt: skip
    put(folder / "global-settings.jsonc", {"pacOwnerId": "x"})
    library = Library.load([folder])
    assert sorted(names(library)) == ["a", "e", "own", "set"]
    (assigned,) = library.assignments()
    (exempt,) = library.exemptions()
    initiative = library.initiative(assigned.definition_id).value
    assert library.definition(initiative.references[0].definition_id).name == "own"
    assert exempt.concerns(assigned, "own", "own")
    assert [problem.reason for problem in library.problems] == [
        "its parameters stand in `x.csv`, a table that is not read"
    ]


def test_the_library_of_landing_zones(tmp_path: Path) -> None:
    definition = definition_document("Deny-X", id="")
    del definition["id"]
    put(tmp_path / "Deny-X.alz_policy_definition.json", definition)
    placeholder = "/providers/Microsoft.Management/managementGroups/placeholder/providers/Microsoft.Authorization"
    set_ = initiative_document("Enforce-X", {"policyDefinitionId": f"{placeholder}/policyDefinitions/Deny-X"})
    put(tmp_path / "Enforce-X.alz_policy_set_definition.json", set_)
    put(
        tmp_path / "x.alz_policy_assignment.yaml",
        b"name: x\nproperties:\n  policyDefinitionId: /s/Enforce-X\n  scope: /subscriptions/s1\n",
    )
    put(tmp_path / "root.alz_archetype_definition.json", {"name": "root", "policy_assignments": ["x"]})
    put(
        tmp_path / "date.alz_policy_assignment.yaml",
        b"name: x\nproperties:\n  policyDefinitionId: d\n  when: !!python/none\n",
    )
    put(
        tmp_path / "when.alz_policy_assignment.yaml",
        b"name: w\nproperties:\n  policyDefinitionId: d\n  metadata: &m {a: *m}\n",
    )
    library = Library.load([tmp_path])
    assert sorted(names(library)) == ["Deny-X", "Enforce-X", "x"]
    reference_ = library.initiative("Enforce-X").value.references[0]
    assert library.definition(reference_.definition_id).name == "Deny-X"
    assert [problem.subject for problem in library.problems] == [
        "file `date.alz_policy_assignment.yaml`",
        "file `when.alz_policy_assignment.yaml`",
    ]


def test_policy_resources_of_templates(tmp_path: Path) -> None:
    escaped = definition_document(
        "own", effect="[[parameters('effect')]", parameters={"effect": {"type": "string", "defaultValue": "audit"}}
    )
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Authorization/policyDefinitions",
                "apiVersion": "2021-06-01",
                "name": "own",
                "properties": escaped["properties"],
            }
        ],
    }
    put(tmp_path / "main.json", template)
    put(tmp_path / "other.json", {**template, "resources": []})
    library = Library.load([tmp_path])
    assert names(library) == ["own"]
    assert library.items[0].entry.id.endswith("/policyDefinitions/own")
    assert library.definition("own").value.rule.effect.expression is not None


TERRAFORM = """
resource "azurerm_policy_definition" "own" {
  name         = "own"
  policy_type  = "Custom"
  mode         = "All"
  display_name = "Own"
  policy_rule  = file("rule.json")
}

resource "azurerm_policy_definition" "open" {
  name         = "open"
  policy_type  = "Custom"
  mode         = "All"
  display_name = "Open"
  policy_rule  = var.rule
}

variable "rule" {}
"""
RULE = {"if": {"field": "type", "equals": "Case.Test/things"}, "then": {"effect": "audit"}}


def test_policy_resources_of_terraform_code(tmp_path: Path) -> None:
    folder = tmp_path / "infra"
    put(folder / "main.tf", TERRAFORM.encode())
    put(folder / "rule.json", RULE)
    library = Library.load([folder])
    assert names(library) == ["own"]
    assert library.items[0].entry.address == "azurerm_policy_definition.own"
    assert library.items[0].place == f"{folder}:azurerm_policy_definition.own"
    assert [problem.decided_by for problem in library.problems if problem.subject == "definition `open`"] == [
        ("var.rule",)
    ]
    before = indexing.index_root(folder.resolve(), read_index(folder.resolve()))
    assert not before[1]
    changed = {**RULE, "then": {"effect": "deny"}}
    put(folder / "rule.json", changed)
    assert Library.load([folder]).definition("own").value.rule.effect.raw == "deny"


def test_terraform_code_without_policies_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "main.tf", b'resource "azurerm_resource_group" "x" {}')

    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing to read")

    monkeypatch.setattr(indexing, "read_workload", refuse)
    assert not Library.load([tmp_path]).items


def test_the_register_keeps_what_was_added(root: Path, tmp_path: Path) -> None:
    register = Register()
    assert register.paths() == []
    register.add([root, root])
    register.add([root])
    assert register.paths() == [root]
    assert names(Library.load()) == ["d1", "i1"]
    assert register.remove([tmp_path, root]) == [tmp_path]
    assert Library.load().items == []
    register.file.write_bytes(b"{")
    assert register.paths() == []


def test_a_folder_that_has_gone_is_told(root: Path, tmp_path: Path) -> None:
    Register().add([root, tmp_path / "gone"])
    library = Library.load()
    assert names(library) == ["d1", "i1"]
    assert library.problems[0].reason == "it was added to the library and has gone"
    with pytest.raises(UsageError):
        Library.load([tmp_path / "gone"])


def test_initiatives_are_found_by_id_name_and_title(root: Path, tmp_path: Path) -> None:
    library = Library.load([root])
    for name in ("I1", "title of I1", f"{PREFIX}/policySetDefinitions/i1/"):
        assert library.find_initiative(name).name == "i1"
    with pytest.raises(UsageError) as caught:
        library.find_initiative("title of i2")
    assert caught.value.help is not None
    assert "did you mean `Title of i1`" in caught.value.help
    with pytest.raises(UsageError) as caught:
        Library.load([root / "definitions"]).find_initiative("i1")
    assert caught.value.help is not None
    assert "has no initiatives" in caught.value.help
    twin = initiative_document("i2")
    twin["properties"]["displayName"] = "Title of i1"
    put(root / "sets" / "i2.json", twin)
    with pytest.raises(UsageError, match="are several initiatives"):
        Library.load([root]).find_initiative("Title of i1")
    assert Library.load([root]).find_initiative("i2").name == "i2"


def test_an_initiative_in_a_file_uses_the_library(root: Path, tmp_path: Path) -> None:
    Register().add([root])
    file = put(tmp_path / "mine.json", initiative_document("mine", reference("d1")))
    library, initiative = find_initiative(str(file))
    assert initiative.name == "mine"
    assert library.definition("d1").name == "d1"
    other = put(tmp_path / "more" / "d2.json", definition_document("d2"))
    assert find_initiative("i1", [other])[0].definition("d2").name == "d2"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"value": [initiative_document("a"), initiative_document("b")]}, "holds 2 initiatives"),
        ({}, "holds no initiative"),
        (b'{"policyDefinitions": ', "holds no initiative: `f.json` is not readable as JSON"),
        ({"policyDefinitions": [{}]}, "holds no initiative: `policyDefinitionId` is missing"),
    ],
)
def test_a_file_that_holds_not_one_initiative(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_initiative(str(put(tmp_path / "f.json", content)))


def test_assignments_and_exemptions_of_azure(tmp_path: Path) -> None:
    put(
        tmp_path / "a.json",
        {"value": [assignment_document("a1", "policyDefinitions/d1"), exemption_document("e1", "a1")]},
    )
    library = Library.load([tmp_path])
    assert [item.origin.address for item in library.items] == ["[0]", "[1]"]
    assert next(library.assignments()).origin is not None
    assert next(library.exemptions()).name == "e1"
    assert library.items[0].place.endswith("a.json:[0]")
    assert library.items[0].entry.title == "a1"


def test_refreshing_a_single_file(root: Path) -> None:
    file = root / "definitions" / "d1.json"
    index = refresh(file)
    assert [record.path for record in index.files] == ["d1.json"]
    assert Library([index]).items[0].place == str(file)


@pytest.mark.parametrize(
    "content",
    [
        {"a": 1, "b": {"value": [2]}},
        {"$schema": "https://x/deploymentParameters.json#", "parameters": {"a": {"value": 1}, "b": {"value": [2]}}},
        b'{"a": 1, // one\n "b": [2],}',
    ],
)
def test_files_of_values(tmp_path: Path, content: Any) -> None:
    assert read_values(put(tmp_path / "p.json", content)) == {"a": 1, "b": [2]}


def test_files_that_hold_no_values(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no object of parameter values"):
        read_values(put(tmp_path / "p.json", [1]))
    with pytest.raises(UnreadableError, match="cannot read"):
        read_values(tmp_path / "gone.json")
    with pytest.raises(UnreadableError, match="not readable"):
        read_values(put(tmp_path / "p.json", b"{"))

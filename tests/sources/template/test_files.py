import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS, SCHEMA, parameters, read, reasons, template, write

from everward.sources import read_workload
from everward.sources.interface import Input
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree

RESOURCE: dict[str, Any] = {"type": "A.B/c", "name": "x"}


def claims(root: Path) -> list[str]:
    return [item.path.name for item in TemplateSource().find(Tree(root))]


@pytest.mark.parametrize(
    "content",
    [
        '// first\n{\n "$schema": "'
        + SCHEMA.format("")
        + '", /* b */\n "resources": [{"type": "A.B/c", "name": "x",},],\n}',
        '{"resources": [{"type": "A.B/c", "name": "x"}], "$schema": "' + SCHEMA.format("") + '"}',
        '{"resources": [{"type": "A.B/c", "name": "x"}], // late\n "$schema": "' + SCHEMA.format("") + '"}',
        b"\xef\xbb\xbf" + json.dumps(template((RESOURCE,))).encode(),
        json.dumps(template((RESOURCE,))).encode("utf-16"),
        json.dumps({**template((RESOURCE,)), "$schema": SCHEMA.format("").upper().rstrip("#")}),
        json.dumps({"$SCHEMA": SCHEMA.format(""), "RESOURCES": [{"TYPE": "A.B/c", "NAME": "x"}]}),
        '{"$schema": "' + SCHEMA.format("") + '", "resources": [{"type": "A.B/c", "name": "x", "tags": "a\nb\tc"}]}',
    ],
)
def test_templates_are_read_as_people_write_them(content: Any, tmp_path: Path) -> None:
    write(tmp_path, "main.json", content)
    assert claims(tmp_path) == ["main.json"]
    reading = read(tmp_path)
    assert [resource.id.rsplit("/", 2)[-2:] for resource in reading.resources] == [["c", "x"]]
    assert not reading.unresolved


FOREIGN: dict[str, Any] = {
    "package.json": {"name": "x"},
    "plan.json": {"format_version": "1.2", "note": "deploymentTemplate.json"},
    "policy.json": {"properties": {"policyRule": {"then": {"details": {"deployment": {"template": template()}}}}}},
    "ui.json": {
        "$schema": "https://schema.management.azure.com/schemas/0.1.2-preview/CreateUIDefinition.MultiVm.json#"
    },
    "list.json": [template()],
    "other.json": {"$schema": "https://example.com/deploymentTemplate.json.html"},
    "number.json": {"$schema": 5, "x": "deploymentTemplate.json"},
    "cut.json": '{"a": "deploymentTemplate.json", ',
    "binary.json": b"\xff\xfe\xff deploymentTemplate.json \xff",
    "latin.json": b'{"\xff": "deploymentTemplate.json"}',
    "lone.parameters.json": parameters(p=1),
    "notes.txt": json.dumps(template()),
}


@pytest.mark.parametrize("name", list(FOREIGN))
def test_other_files_are_not_claimed(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, FOREIGN[name])
    assert claims(tmp_path) == []


def test_a_file_that_is_too_large_or_gone_is_not_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "main.json", template())
    tree = Tree(tmp_path)
    assert tree.files
    monkeypatch.setattr("everward.sources.template.sniff.MAX_BYTES", 10)
    assert claims(tmp_path) == []
    monkeypatch.undo()
    path.unlink()
    assert list(TemplateSource().find(tree)) == []


def test_a_template_that_is_broken_says_where(tmp_path: Path) -> None:
    path = write(tmp_path, "main.json", '{\n "$schema": "' + SCHEMA.format("") + '",\n "resources": [\n {"type": }\n]}')
    reading = read(path)
    assert reading.incomplete
    (note,) = reading.unresolved
    assert note.reason.endswith("is not readable as JSON: expected a value, not `}`")
    assert note.origin is not None
    assert note.origin.line == 4
    assert [(item.role, item.used) for item in reading.inputs] == [("template", False)]


def test_a_template_that_changes_meanwhile_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path, "main.json", "[]")
    reading = TemplateSource().read(Input("template", path), Tree(path), OPTIONS)
    assert reasons(reading) == ["the template is no object"]
    assert reading.incomplete


def test_a_named_file_of_any_ending_is_looked_at(tmp_path: Path) -> None:
    path = write(tmp_path, "template.txt", template((RESOURCE,)))
    assert claims(path) == ["template.txt"]


def test_files_beside_a_named_template_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = template(({"type": "A.B/c", "name": "[parameters('n')]"},), parameters={"n": {"type": "string"}})
    path = write(tmp_path, "main.json", probe)
    write(tmp_path, "main.parameters.json", parameters(n="given"))
    write(tmp_path, "sub/main.parameters.json", parameters(n="other"))
    assert [resource.name for resource in read(path).resources] == ["given"]

    def refuse(self: Path) -> Any:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [resource.name for resource in read(path).resources] == ["{parameters.n}"]


def test_a_linked_template_can_be_named_itself(tmp_path: Path) -> None:
    link = {
        "type": "Microsoft.Resources/deployments",
        "name": "m",
        "properties": {"templateLink": {"relativePath": "x.json"}},
    }
    write(tmp_path, "main.json", template((link,)))
    path = write(tmp_path, "x.json", template((RESOURCE,)))
    assert claims(tmp_path) == ["main.json"]
    assert claims(path) == ["x.json"]


def test_links_in_unreadable_files_are_left_alone(tmp_path: Path) -> None:
    from everward.sources.template.linking import linked_files

    path = write(tmp_path, "main.json", template((RESOURCE,)))
    tree = Tree(tmp_path)
    path.unlink()
    assert linked_files([path], tree) == set()


def test_bicep_without_its_compiled_form_is_incomplete(tmp_path: Path) -> None:
    write(tmp_path, "main.bicep", "module m './modules/kv.bicep' = {}")
    write(tmp_path, "modules/kv.bicep", "param x string")
    write(tmp_path, "done.bicep", "param x string")
    write(tmp_path, "done.json", template((RESOURCE,)))
    assert claims(tmp_path) == ["done.json", "main.bicep"]
    bicep = read(tmp_path / "main.bicep")
    assert bicep.incomplete
    assert bicep.unresolved[0].help is not None
    assert "bicep build" in bicep.unresolved[0].help
    assert claims(tmp_path / "modules" / "kv.bicep") == ["kv.bicep"]


def test_bicep_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "main.bicep", "")
    tree = Tree(tmp_path)
    assert tree.files
    path.unlink()
    assert [item.path.name for item in TemplateSource().find(tree)] == ["main.bicep"]


def test_templates_and_inventories_do_not_take_each_others_files(tmp_path: Path) -> None:
    write(tmp_path, "main.json", template((RESOURCE,)))
    write(
        tmp_path,
        "export.json",
        [{"id": "/subscriptions/s/resourceGroups/g/providers/A.B/c/y", "type": "A.B/c", "properties": {}}],
    )
    readings = read_workload([tmp_path], OPTIONS)
    assert [(reading.source, [resource.name for resource in reading.resources]) for reading in readings] == [
        ("template", ["x"]),
        ("inventory", ["y"]),
    ]

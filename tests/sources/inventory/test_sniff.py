"""Which files are inventories."""

from pathlib import Path
from typing import Any

import pytest
from tests.sources.inventory.support import VAULT, claims, read, shapes, write

from everward.sources.tree import Tree

FOREIGN: dict[str, Any] = {
    "package.json": {"name": "x", "version": "1.0.0", "dependencies": {"a": "1"}},
    "tsconfig.json": {"compilerOptions": {"paths": {"/subscriptions/": ["x"]}}},
    "plan.json": {"format_version": "1.2", "value": [VAULT]},
    "state.json": {"version": 4, "terraform_version": "1.9.0", "resources": [{"instances": [{"attributes": VAULT}]}]},
    "main.json": {"$schema": "https://x/deploymentTemplate.json#", "resources": [VAULT], "value": [VAULT]},
    "main.parameters.json": {"$schema": "https://x/deploymentParameters.json#", "parameters": {"id": {"value": VAULT}}},
    "definition.json": {
        "id": "/providers/Microsoft.Authorization/policyDefinitions/x",
        "type": "Microsoft.Authorization/policyDefinitions",
        "properties": {"policyRule": {}},
    },
    "definitions.json": [
        {"id": "/providers/Microsoft.Authorization/policySetDefinitions/x", "name": "x", "properties": {}},
    ],
    "any.json": [{"id": "/subscriptions/x"}, {"id": 1}],
    "accounts.json": [{"id": "11111111-1111-1111-1111-111111111111", "tenantId": "x"}],
    "text.json": '"/subscriptions/x"',
    "deep.json": {"data": {"data": {"data": {"data": {"data": [VAULT]}}}}},
    "rows.json": {"columns": ["id"], "rows": {"id": VAULT["id"]}},
    "broken.json": '{"id": "/subscriptions/',
    "empty.json": "",
    "list.json": [],
    "number.json": "[1, 2]",
    "strings.json": ["/subscriptions/x/resourceGroups/y"],
    "bad.json.gz": b"\x1f\x8bxx",
    "value.json": {"value": {"id": "x"}},
    "policy.json": {"policyRule": {"if": {"value": "/subscriptions/x"}}, "value": [VAULT]},
}


@pytest.mark.parametrize("name", list(FOREIGN))
def test_other_files_are_not_claimed(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, FOREIGN[name])
    assert claims(tmp_path) == []


def test_files_are_found_by_content_and_make_one_reading(tmp_path: Path) -> None:
    for name, content in {**FOREIGN, **{key: shapes()[key] for key in ("value.json", "lines.jsonl")}}.items():
        write(tmp_path, name, content)
    write(tmp_path, "notes.txt", [VAULT])
    assert claims(tmp_path) == ["lines.jsonl", "value.json"]
    assert len(read(tmp_path).resources) == 2
    assert read(tmp_path).label == Tree(tmp_path).root.as_posix()


def test_a_named_file_may_be_empty_or_have_any_name(tmp_path: Path) -> None:
    for name, content in (("none.json", {"value": []}), ("list.json", "[]")):
        assert claims(write(tmp_path, name, content)) == [name]
        assert read(tmp_path / name).resources == []
    assert claims(write(tmp_path, "export.txt", [VAULT])) == ["export.txt"]
    assert claims(write(tmp_path, "cut.json", "[")) == []


def test_a_resource_far_behind_the_start_is_found(tmp_path: Path) -> None:
    row = {"properties": {"text": "x" * 200_000}, "id": VAULT["id"], "type": VAULT["type"]}
    write(tmp_path, "late.json", [row])
    assert claims(tmp_path) == []
    hinted = {"properties": {"id": "/subscriptions/x", "text": "x" * 200_000}, "id": VAULT["id"], "type": VAULT["type"]}
    write(tmp_path, "hinted.json", [hinted])
    assert claims(tmp_path) == ["hinted.json"]

"""Against answers of the real engine, and against real templates. Needs the folder that EVERWARD_CASES names."""

import json
import os
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS, parameters, read, reasons, write

from everward.estate import Reading
from everward.expressions import close
from everward.sources.interface import Input, ReadOptions
from everward.sources.template import TemplateSource
from everward.sources.template.deployment import Deployment
from everward.sources.template.emitting import emit
from everward.sources.tree import Tree
from everward.values import Unknown


def folder() -> Path:
    found = os.environ.get("EVERWARD_CASES")
    if not found:
        pytest.skip("EVERWARD_CASES is not set")
    return Path(found)


def names(pattern: str) -> list[str]:
    found = os.environ.get("EVERWARD_CASES")
    return sorted(path.stem for path in Path(found, "conformance/arm/templates").glob(pattern)) if found else ["unset"]


@pytest.mark.parametrize("name", names("*.json"))
def test_the_engine_says_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = json.loads((folder() / "conformance/arm/templates" / f"{name}.json").read_text())
    roots: list[Deployment] = []

    def spy(root: Deployment, reading: Reading) -> None:
        roots.append(root)
        emit(root, reading)

    monkeypatch.setattr("everward.sources.template.source.emit", spy)
    path = write(tmp_path, "main.json", case["template"])
    write(tmp_path, "main.parameters.json", parameters(**case["parameters"]))
    scope = case["metadata"]
    reading = read(
        path,
        ReadOptions(
            subscription=scope.get("subscription"),
            resource_group=scope.get("resourceGroup"),
            management_group=scope.get("managementGroup"),
            location=scope.get("location"),
        ),
    )
    expected = case["expected"]
    if "error" in expected:
        assert any(expected["error"] in reason for reason in reasons(reading))
    else:
        assert not reading.unresolved
    outputs = {key: close(member["value"]) for key, member in roots[0].outputs().items() if isinstance(member, dict)}
    for key, value in expected.get("outputs", {}).items():
        assert (type(outputs[key]), outputs[key]) == (type(value), value)
    for key, value in expected.get("variables", {}).items():
        assert close(roots[0].variable(key)) == value
    if "resources" in expected:
        assert [
            {"id": resource.id, "type": resource.type, "name": resource.name, **resource.body}
            for resource in reading.resources
            if resource.type != "Microsoft.Resources/deployments"
        ] == expected["resources"]
    for at, value in expected.get("paths", {}).items():
        found = re.fullmatch(r"\$\.resources\[(\d+)\]\.(.*)", at)
        assert found is not None
        assert reading.resources[int(found[1])].get(found[2]) == value


SAMPLES: dict[str, Any] = {
    "string": "abc",
    "securestring": "s",
    "int": 2,
    "bool": True,
    "array": [{"name": "n1", "location": "l", "enabled": True}, {"name": "n2", "location": "l"}],
    "object": {"a": "b"},
    "secureobject": {},
}


def filled(content: dict[str, Any]) -> dict[str, Any]:
    """Some value for every parameter that has none."""
    values = {}
    for name, declared in content.get("parameters", {}).items():
        if "defaultValue" not in declared and "type" in declared:
            values[name] = declared.get("allowedValues", [SAMPLES.get(declared["type"].lower(), "x")])[0]
    return values


def plain(value: Any) -> Any:
    """A value with one mark for every hole: how a hole came about differs between two compilations."""
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def shape(reading: Reading) -> list[Any]:
    return sorted(
        (
            # A name that cannot be evaluated is called after its place, which differs.
            re.sub(r"\{name of [^}]*\}", "{name}", resource.id.lower()),
            resource.type,
            repr(plain(resource.body)),
            repr(plain(resource.condition)),
            resource.cardinality is None,
        )
        for resource in reading.resources
    )


@pytest.mark.parametrize("with_values", [False, True])
def test_two_compilations_of_one_source_expand_to_the_same(with_values: bool, tmp_path: Path) -> None:
    with tarfile.open(folder() / "conformance/arm/pairs.tar.gz") as archive:
        archive.extractall(tmp_path / "pairs", filter="data")
    pairs = sorted((tmp_path / "pairs").rglob("*.main.json"))
    assert len(pairs) == 20
    count = 0
    for first in pairs:
        shapes: list[Any] = []
        for path in (first, first.with_name(first.name.replace(".main.json", ".main.symbolicnames.json"))):
            place = tmp_path / f"{count}-{len(shapes)}"
            content = json.loads(path.read_text())
            target = write(place, "main.json", path.read_text())
            if with_values:
                write(place, "main.parameters.json", parameters(**filled(content)))
            shapes.append(shape(read(target)))
        assert shapes[0] == shapes[1], first.name
        count += len(shapes[0])
    assert count > 150


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

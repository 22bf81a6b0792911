"""Whatever a template file holds, reading it ends, and ends with a reading."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.template.support import OPTIONS, expand, nested, reasons, template, write

from everward.sources.jsontext import MAX_DEPTH
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree
from everward.values import Origin

WHOLE: dict[str, Any] = template(
    (
        {
            "type": "A.B/c",
            "apiVersion": "1",
            "name": "[concat(parameters('p'), copyIndex())]",
            "copy": {"name": "loop", "count": "[length(variables('list'))]"},
            "condition": "[parameters('on')]",
            "scope": "[resourceGroup().id]",
            "properties": {
                "copy": [{"name": "a", "count": 2, "input": "[copyIndex('a')]"}],
                "b": "[variables('obj').x]",
            },
            "resources": [{"type": "d", "name": "e", "properties": {}}],
        },
        nested(
            "m",
            template(
                ({"type": "A.B/c", "name": "[parameters('x')]"},),
                parameters={"x": {"type": "string"}},
                outputs={"o": {"type": "string", "value": "[parameters('x')]"}},
            ),
            properties={"parameters": {"x": {"value": "[my.f('q')]"}}},
        ),
        nested("n", template(({"type": "A.B/c", "name": "[variables('obj').x]"},)), outer=True, resourceGroup="g"),
        {"type": "A.B/c", "name": "z", "properties": {"r": "[reference('m').outputs.o.value]"}},
    ),
    parameters={"p": {"type": "string", "defaultValue": "x"}, "on": {"type": "bool", "defaultValue": True}},
    variables={"list": [1, 2], "obj": {"x": "[toLower('Y')]"}, "copy": [{"name": "v", "count": 1, "input": 1}]},
    functions=[
        {"namespace": "my", "members": {"f": {"parameters": [{"name": "a"}], "output": {"value": "[parameters('a')]"}}}}
    ],
    outputs={"o": {"type": "int", "value": "[length(variables('list'))]"}},
)
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        "",
        "x",
        "[",
        "[]",
        "[[x]",
        "[parameters('none')]",
        "[fail('x')]",
        "[null()]",
        "[reference('z')]",
    ]
) | st.sampled_from([[], {}, [1], {"x": 1}, [[]], [{}], {"copy": [{"name": "a", "count": "[1]"}]}])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        found.extend(places(below, (*path, key)))
    return found


PLACES = [path for path in places(WHOLE) if path != ("$schema",)]


def replaced(path: tuple[Any, ...], value: Any, content: Any) -> None:
    """Put a value at a path, unless an earlier change took the path away."""
    try:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value
    except (TypeError, KeyError, IndexError):
        return


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_wrong_types_anywhere_never_raise(tmp_path: Path, changes: list[tuple[Any, Any]]) -> None:
    content = copy.deepcopy(WHOLE)
    for path, value in changes:
        replaced(path, copy.deepcopy(value), content)
    reading = expand(tmp_path, content)
    for resource in reading.resources:
        assert isinstance(resource.origin, Origin)
        assert resource.origin_of("properties.a[0].x").file is not None
        assert resource.id[:1] in ("/", "{")
        assert "/" in resource.type


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(json.dumps(WHOLE)) - 1))
def test_a_template_cut_anywhere_is_broken_or_no_template(tmp_path: Path, end: int) -> None:
    path = write(tmp_path, "main.json", json.dumps(WHOLE)[:end])
    tree = Tree(path)
    source = TemplateSource()
    for item in source.find(tree):
        assert source.read(item, tree, OPTIONS).incomplete


@pytest.mark.parametrize("depth", [200, MAX_DEPTH - 10])
def test_deep_values_are_expanded(depth: int, tmp_path: Path) -> None:
    value: Any = "[add(1, 1)]"
    for _ in range(depth):
        value = {"a": value}
    reading = expand(tmp_path, template(({"type": "A.B/c", "name": "x", "properties": value},)))
    assert not reading.unresolved
    found = reading.resources[0].properties
    for _ in range(depth):
        found = found["a"]  # type: ignore[index, call-overload]
    assert found == 2


def test_without_enough_frames_the_rest_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("everward.sources.template.room.FRAMES", 0)
    deep: Any = 1
    for _ in range(480):
        deep = {"a": deep}
    kept = {"type": "A.B/c", "name": "kept"}
    reading = expand(
        tmp_path, template(({"type": "A.B/c", "name": "x", "properties": deep}, kept), variables={"v": deep})
    )
    assert [resource.name for resource in reading.resources] == ["x", "kept"]
    assert reasons(reading) == ["nested too deeply to be evaluated"] * 2
    reading = expand(tmp_path, template(({"type": "A.B/c", "name": "x", "condition": deep}, kept)))
    assert [resource.name for resource in reading.resources] == ["kept"]
    assert reading.incomplete


def test_too_deep_a_template_is_an_error_with_a_line(tmp_path: Path) -> None:
    text = json.dumps(template(({"type": "A.B/c", "name": "x", "properties": "deep"},)))
    deep = text.replace('"deep"', '{"a":' * 100_000 + "1" + "}" * 100_000)
    reading = expand(tmp_path, deep)
    assert reading.incomplete
    assert "nested deeper than 500 levels" in reasons(reading)[0]


def test_deep_expressions_and_long_chains_end(tmp_path: Path) -> None:
    chain = {f"v{index}": f"[variables('v{index + 1}')]" for index in range(3_000)} | {"v3000": "end"}
    deep = "[" + "concat(" * 5_000 + "'x'" + ")" * 5_000 + "]"
    resources = (
        {"type": "A.B/c", "name": "a", "properties": {"x": "[variables('v0')]"}},
        {"type": "A.B/c", "name": "b", "properties": {"x": deep}},
        {"type": "A.B/c", "name": "c", "properties": {"x": 1}},
    )
    reading = expand(tmp_path, template(resources, variables=chain))
    assert [resource.name for resource in reading.resources] == ["a", "b", "c"]
    assert reading.resources[2].get("properties.x") == 1
    assert reading.unresolved


def test_chains_of_references_end(tmp_path: Path) -> None:
    resources = tuple(
        {"type": "A.B/c", "name": f"r{index}", "properties": {"x": f"[reference('r{index + 1}').x]"}}
        for index in range(1_500)
    )
    reading = expand(tmp_path, template(resources))
    assert len(reading.resources) == 1_500

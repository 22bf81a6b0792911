"""What Azure refuses whatever the parameters are is said, and expanded all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS, expand, nested, reasons, template

from everward.values import Unknown

PLAIN = {"type": "A.B/c", "apiVersion": "1", "name": "x", "properties": {"z": "q"}}
ASKED = "[reference('x').z]"


def sections(count: int) -> dict[str, Any]:
    return {f"n{index}": {"type": "int", "value": 1, "defaultValue": 1} for index in range(count)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"parameters": sections(257)}, "there are 257 parameters, more than the 256 that Azure takes"),
        ({"variables": sections(513)}, "there are 513 variables, more than the 512 that Azure takes"),
        ({"outputs": sections(65)}, "there are 65 outputs, more than the 64 that Azure takes"),
    ],
)
def test_sections_have_a_size(content: dict[str, Any], reason: str, tmp_path: Path) -> None:
    assert reasons(expand(tmp_path, template((), **content))) == [reason]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"parameters": 5}, "the parameters must be an object, so none of them is read"),
        ({"variables": [1]}, "the variables must be an object, so none of them is read"),
        ({"outputs": "x"}, "the outputs must be an object, so none of them is read"),
        ({"functions": {}}, "the functions must be an array, so none of them is read"),
        ({"parameters": {"p": {"type": "in"}}}, "a parameter has a type that templates do not have: `in`"),
    ],
)
def test_sections_and_parameters_have_a_type(content: dict[str, Any], reason: str, tmp_path: Path) -> None:
    values = {"p": "x"} if "p" in str(content) and isinstance(content.get("parameters"), dict) else {}
    assert reasons(expand(tmp_path, template((PLAIN,), **content), OPTIONS, **values)) == [reason]


def test_sections_may_be_null(tmp_path: Path) -> None:
    content = template((PLAIN,), parameters=None, variables=None, outputs=None, functions=None)
    assert not expand(tmp_path, content).unresolved


@pytest.mark.parametrize("raw", [5, "x", True])
def test_resources_of_another_kind_are_lost_and_said(raw: Any, tmp_path: Path) -> None:
    (alone,) = expand(tmp_path, template(raw)).unresolved
    inner = nested("n", template(raw))
    (within,) = expand(tmp_path, template((inner,))).unresolved
    for item in (alone, within):
        assert "a resource must be an object" in item.reason
        assert item.incomplete
        assert item.origin is not None
        assert item.origin.line is not None


def test_a_template_has_a_number_of_resources(tmp_path: Path) -> None:
    loops = tuple(
        {**PLAIN, "name": f"[concat('{name}', copyIndex())]", "copy": {"name": name, "count": 401}} for name in "ab"
    )
    reading = expand(tmp_path, template(loops))
    assert reasons(reading) == ["there are 802 resources, more than the 800 that Azure takes"]
    assert len(reading.resources) == 802


def test_an_expression_has_a_length(tmp_path: Path) -> None:
    long = {**PLAIN, "properties": {"v": f"[concat('{'x' * 24_600}')]"}}
    for _ in range(2):
        # Said again of a file that was read before.
        reading = expand(tmp_path, template((long,)))
        assert reasons(reading) == ["the expression has 24612 characters, more than the 24576 that Azure takes"]
        assert reading.resources[0].get("properties.v") == "x" * 24_600


def test_an_expression_that_is_refused_is_refused_at_every_turn_and_every_reading(tmp_path: Path) -> None:
    loop = {"name": "v", "count": 3, "input": "[nothing(copyIndex('v'))]"}
    for _ in range(2):
        reading = expand(tmp_path, template(({**PLAIN, "properties": {"copy": [loop]}},)))
        assert reasons(reading) == ["the function `nothing` does not exist"]
        held: Any = reading.resources[0].get("properties.v")
        assert [isinstance(item, Unknown) for item in held] == [True] * 3


@pytest.mark.parametrize(
    ("resource", "more", "place"),
    [
        ({}, {"variables": {"v": {"a": [ASKED]}}}, "variables.v.a[0]"),
        ({}, {"variables": {"copy": [{"name": "v", "count": 1, "input": ASKED}]}}, "variables.copy[0].input"),
        ({}, {"parameters": {"p": {"type": "string", "defaultValue": ASKED}}}, "parameters.p.defaultValue"),
        ({"name": ASKED}, {}, "resources[1].name"),
        ({"condition": "[equals(reference('x').z, 'q')]"}, {}, "resources[1].condition"),
        ({"name": "[string(copyIndex())]", "copy": {"name": "l", "count": "[length(reference('x').z)]"}}, {}, None),
        ({"resources": [{"type": "d", "name": "[listKeys('x', '1').a]"}]}, {}, "resources[1].resources[0].name"),
    ],
)
def test_what_only_azure_answers_stands_in_properties(
    resource: dict[str, Any], more: dict[str, Any], place: str | None, tmp_path: Path
) -> None:
    content = template((PLAIN, {"type": "A.B/e", "apiVersion": "1", "name": "y", **resource}), **more)
    said = [note for note in expand(tmp_path, content).unresolved if "cannot stand here" in note.reason]
    assert [note.subject for note in said] == [place or "resources[1].copy.count"]


def test_in_properties_and_outputs_they_are_at_home(tmp_path: Path) -> None:
    asking = {"type": "A.B/e", "apiVersion": "1", "name": "y", "properties": {"v": ASKED, "list": "[concat('a', 'b')]"}}
    inner = template(({"type": "A.B/f", "apiVersion": "1", "name": ASKED},))
    outer = {**nested("o", inner, outer=True), "dependsOn": ["x"]}
    outputs = {"o": {"type": "string", "value": ASKED}}
    reading = expand(tmp_path, template((PLAIN, asking, outer), outputs=outputs))
    assert not reading.unresolved
    assert [resource.name for resource in reading.resources] == ["x", "y", "o", "q"]


def test_an_expression_that_cannot_be_read_is_told_by_whoever_evaluates_it(tmp_path: Path) -> None:
    content = template((PLAIN,), variables={"v": "[reference('x'.z]"})
    assert [note for note in reasons(expand(tmp_path, content)) if "cannot stand here" in note] == []

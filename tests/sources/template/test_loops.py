from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS, clean, expand, nested, output, reasons, template

from everward.sources.limits import Limits, limit_help
from everward.values import Unknown


def test_resources_are_made_in_loops(tmp_path: Path) -> None:
    declared = {
        "type": "A.B/c",
        "name": "[concat('x', copyIndex(), copyIndex('LOOP', 5), copyIndex(1))]",
        "copy": {"name": "loop", "count": "[add(1, 1)]", "mode": "serial", "batchSize": 1},
    }
    assert set(clean(tmp_path, template((declared,)))) == {"A.B/c/x051", "A.B/c/x162"}
    assert clean(tmp_path, template(({**declared, "copy": {"name": "loop", "count": 0}},))) == {}


def test_children_of_a_loop_are_in_every_turn(tmp_path: Path) -> None:
    declared = {
        "type": "A.B/c",
        "name": "[concat('x', copyIndex())]",
        "copy": {"name": "loop", "count": 2},
        "resources": [{"type": "d", "name": "[string(copyIndex())]"}],
    }
    assert set(clean(tmp_path, template((declared,)))) == {"A.B/c/x0", "A.B/c/x0/d/0", "A.B/c/x1", "A.B/c/x1/d/1"}


def test_properties_are_made_in_loops_that_nest(tmp_path: Path) -> None:
    inner = {"name": "ports", "count": 2, "input": "[add(mul(copyIndex('rules'), 10), copyIndex('ports'))]"}
    value = {
        "copy": [
            {"name": "rules", "count": 2, "input": {"copy": [inner], "index": "[copyIndex('rules')]"}},
            {"name": "none", "count": 0, "input": 1},
        ],
        "kept": 1,
    }
    assert output(tmp_path, value) == {
        "rules": [{"ports": [0, 1], "index": 0}, {"ports": [10, 11], "index": 1}],
        "none": [],
        "kept": 1,
    }


def test_a_property_named_copy_is_a_property(tmp_path: Path) -> None:
    values: list[Any] = [{"copy": "x"}, {"copy": [1]}, {"copy": []}, {"copy": [{"name": "a"}]}]
    for value in values:
        assert output(tmp_path, value) == value


def test_unnamed_index_means_the_resource_not_the_property(tmp_path: Path) -> None:
    declared = {
        "type": "A.B/c",
        "name": "[string(copyIndex())]",
        "copy": {"name": "loop", "count": 2},
        "properties": {"copy": [{"name": "list", "count": 2, "input": "[copyIndex()]"}]},
    }
    found = clean(tmp_path, template((declared,)))
    assert found["A.B/c/1"].get("properties.list") == [1, 1]
    assert output(tmp_path, {"copy": [{"name": "list", "count": 2, "input": "[copyIndex()]"}]}) == {"list": [0, 1]}


def test_variables_and_outputs_are_made_in_loops(tmp_path: Path) -> None:
    variables = {
        "copy": [{"name": "top", "count": 3, "input": "[copyIndex('top')]"}],
        "inside": {"copy": [{"name": "list", "count": 2, "input": {"i": "[copyIndex('list', 1)]"}}]},
    }
    assert output(tmp_path, "[variables('top')]", variables=variables) == [0, 1, 2]
    assert output(tmp_path, "[variables('inside').list]", variables=variables) == [{"i": 1}, {"i": 2}]
    module = template(outputs={"o": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}}})
    assert output(tmp_path, "[reference('m').outputs.o.value]", resources=(nested("m", module),)) == [0, 1]


def test_an_unknown_count_leaves_one_that_stands_for_all(tmp_path: Path) -> None:
    declared: Any = {
        "type": "A.B/c",
        "name": "[concat('x', copyIndex('loop'))]",
        "copy": {"name": "loop", "count": "[length(parameters('list'))]"},
        "resources": [{"type": "d", "name": "y"}],
        "properties": {
            "at": "[parameters('list')[copyIndex('loop')]]",
            "copy": [{"name": "all", "count": "[parameters('n')]", "input": 1}],
        },
    }
    content = template((declared,), parameters={"list": {"type": "array"}, "n": {"type": "int"}})
    reading = expand(tmp_path, content)
    one, child = reading.resources
    assert one.name == "x{copyIndex('loop')}"
    assert isinstance(one.cardinality, Unknown)
    assert child.cardinality == one.cardinality
    assert isinstance(one.get("properties.at"), Unknown)
    elements: Any = one.get("properties.all")
    (element,) = elements
    assert isinstance(element, Unknown)
    assert element.many
    assert element.decided_by == ("parameters.n",)
    note = next(item for item in reading.unresolved if item.incomplete)
    assert note.reason == "how many there are is not known"
    assert note.decided_by == ("parameters.list",)
    assert not clean(tmp_path, content, list=[], n=0)
    assert len(clean(tmp_path, content, list=[1, 2], n=1)) == 4


@pytest.mark.parametrize("count", [-1, 801, "x", None, True, 1.5, [1]])
def test_a_count_that_cannot_be_is_said(count: Any, tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "x", "copy": {"name": "loop", "count": count}}
    reading = expand(tmp_path, template((declared,)))
    assert reading.incomplete
    assert reasons(reading)[0].startswith("the count of a loop must be an integer from 0 to 800")
    assert len(reading.resources) == 1
    assert reading.resources[0].cardinality is not None


def test_a_count_may_be_a_whole_number_in_other_form(tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "[string(copyIndex())]", "copy": {"name": "loop", "count": 2.0}}
    assert len(clean(tmp_path, template((declared,)))) == 2


def test_an_index_without_a_loop_is_an_error(tmp_path: Path) -> None:
    declared = {
        "type": "A.B/c",
        "name": "x",
        "properties": "[copyIndex()]",
        "tags": "[copyIndex('y')]",
        "sku": "[copyIndex('y', 'z')]",
    }
    assert reasons(expand(tmp_path, template((declared,)))) == [
        "`copyIndex` outside of a loop",
        "there is no loop `y` here",
        "the offset of `copyIndex` must be an integer",
    ]


def test_references_to_a_loop_give_its_turns_in_order(tmp_path: Path) -> None:
    resources: dict[str, Any] = {
        "loop": {
            "type": "A.B/c",
            "name": "[string(copyIndex())]",
            "copy": {"name": "loop", "count": 3},
            "condition": "[not(equals(copyIndex(), 1))]",
            "properties": {"i": "[copyIndex()]"},
        },
        "open": {
            "type": "A.B/d",
            "name": "[string(copyIndex())]",
            "copy": {"name": "open", "count": "[parameters('n')]"},
            "properties": {"i": 7},
        },
        "probe": {
            "type": "A.B/e",
            "name": "p",
            "properties": {
                "all": "[map(references('loop'), lambda('x', lambdaVariables('x').i))]",
                "full": "[references('loop', 'full')[1].name]",
                "last": "[reference('loop[2]').i]",
                "none": "[reference('loop[7]').i]",
                "nothing": "[references('x')]",
                "any": "[references(parameters('s'))]",
                "open": "[references('open')]",
                "one": "[reference(format('open[{0}]', parameters('n'))).i]",
            },
        },
    }
    declared = {"n": {"type": "int"}, "s": {"type": "string"}}
    reading = expand(tmp_path, template(resources, languageVersion="2.0", parameters=declared))
    probe = next(resource for resource in reading.resources if resource.name == "p")
    assert probe.get("properties.all") == [0, 2]
    assert probe.get("properties.last") == 2
    assert probe.get("properties.one") == 7
    for name in ("full", "none", "nothing", "any"):
        assert isinstance(probe.get(f"properties.{name}"), Unknown)
    elements: Any = probe.get("properties.open")
    (element,) = elements
    assert isinstance(element, Unknown)
    assert element.many


def test_loops_of_loops_are_bounded(tmp_path: Path) -> None:
    inner = template(
        ({"type": "A.B/c", "name": "[string(copyIndex())]", "copy": {"name": "loop", "count": 800}},),
    )
    outer = {**nested("[string(copyIndex())]", inner), "copy": {"name": "outer", "count": 800}}
    reading = expand(tmp_path, template((outer,)), replace(OPTIONS, limits=Limits(instances=1_500)))
    assert reading.incomplete
    assert len(reading.resources) <= 1_500
    assert [note.help for note in reading.unresolved] == [limit_help("instances")] * len(reading.unresolved)
    assert reasons(reading) == ["the template gives more than 1500 resources"] * len(reading.unresolved)

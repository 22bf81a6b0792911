"""What would never end, or fill the memory, ends with an error that names the limit and how to raise it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import OPTIONS, expand, nested, read, template, write

from everward.estate import Reading
from everward.sources.limits import Limits, limit_help
from everward.values import Unknown


def resource(**more: Any) -> dict[str, Any]:
    return {"type": "A.B/c", "apiVersion": "1", "name": "x", **more}


def value(expression: Any, **sections: Any) -> dict[str, Any]:
    return template((resource(properties={"value": expression}),), **sections)


def loops(count: int, depth: int) -> Any:
    made: Any = "x"
    for index in range(depth):
        made = {"copy": [{"name": f"l{index}", "count": count, "input": made}]}
    return made


def towers(height: int) -> dict[str, Any]:
    """Deployments, each with two deployments of the next level."""
    below = template((resource(),))
    for _ in range(height):
        below = template((nested("a", below), nested("b", below)))
    return below


def deep(levels: int) -> dict[str, Any]:
    below = template((resource(),))
    for index in range(levels):
        below = template((nested(f"d{index}", below),))
    return below


def chain(first: Any, link: Any, length: int = 40) -> dict[str, Any]:
    """Variables, each of which has the one before it twice."""
    links = {f"v{index + 1}": json.loads(json.dumps(link).replace("@", f"v{index}")) for index in range(length)}
    return value(f"[variables('v{length}')]", variables={"v0": first, **links})


def function(body: str) -> list[dict[str, Any]]:
    member = {"parameters": [{"name": "n", "type": "int"}], "output": {"type": "int", "value": body}}
    return [{"namespace": "my", "members": {"f": member}}]


TWICE = "my.f(sub(parameters('n'), 1))"
EACH = "createArray(variables('@'), variables('@'))"
BOMBS: dict[str, tuple[dict[str, Any], str]] = {
    "a count of ten millions": (template((resource(copy={"name": "l", "count": 10_000_000}),)), "copies"),
    "a computed count": (template((resource(copy={"name": "l", "count": "[int('801')]"}),)), "copies"),
    "loops of deployments of loops": (
        template(
            (
                {
                    **nested(
                        "[string(copyIndex())]",
                        template((resource(name="[string(copyIndex())]", copy={"name": "i", "count": 800}),)),
                    ),
                    "copy": {"name": "o", "count": 800},
                },
            )
        ),
        "instances",
    ),
    "loops of loops of properties": (value(loops(800, 4)), "steps"),
    "loops of outputs": (template((), outputs={"o": {"type": "array", "value": loops(800, 4)}}), "steps"),
    "deep deployments": (deep(6), "deployments"),
    "deployments that double": (towers(12), "steps"),
    "a large range": (value("[range(0, 10001)]"), "expansion"),
    "lambdas in lambdas": (
        value("[map(range(0, 9999), lambda('a', map(range(0, 9999), lambda('b', 1))))]"),
        "steps",
    ),
    "arrays that double": (chain([1, 2], f"[{EACH}]"), "elements"),
    "arrays that double without a function": (chain([1], ["[variables('@')]", "[variables('@')]"]), "elements"),
    "strings that double": (chain("ab", "[concat(variables('@'), variables('@'))]"), "text"),
    "a wide string": (value("[padLeft('x', 2000000000)]"), "text"),
    "a pattern that doubles": (value("[format('" + "{0}" * 150 + "', padLeft('x', 1000000))]"), "text"),
    "many large strings": (value([f"[padLeft('x', {90_000 + index})]" for index in range(400)]), "steps"),
    "a function that calls itself": (value("[my.f(1)]", functions=function("[my.f(parameters('n'))]")), "calls"),
    "a function that calls itself twice": (
        value("[my.f(60)]", functions=function(f"[if(less(parameters('n'), 1), 1, add({TWICE}, {TWICE}))]")),
        "steps",
    ),
    "a long expression": (value("[concat(" + ", ".join(["'x'"] * 50_000) + ")]"), "expression"),
    "a deep expression": (value("[" + "not(" * 600 + "true()" + ")" * 600 + "]"), "nesting"),
    "a hash of a large text": (value("[uniqueString(padLeft('x', 99000))]"), "steps"),
    "a sorting of large texts": (
        value(
            "[sort(createArray(padLeft('a', 99000), padLeft('b', 99000)),"
            " lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]"
        ),
        "steps",
    ),
    "JSON that is read with patience": (value("[json(concat('[', padLeft('1', 99000), ',]'))]"), "steps"),
}
SMALL = Limits(steps=4_000, elements=2_000, text=100_000, instances=300, deployments=3)


def small(name: str) -> Limits:
    """Limits that are met soon; those of other kinds are out of the way."""
    limit = BOMBS[name][1]
    if limit == "instances":
        return replace(SMALL, steps=1_000_000)
    return SMALL if limit == "deployments" else replace(SMALL, deployments=40)


@pytest.mark.parametrize("name", BOMBS)
def test_it_ends_and_says_which_limit_was_met(name: str, tmp_path: Path) -> None:
    content, limit = BOMBS[name]
    reading = expand(tmp_path, content, replace(OPTIONS, limits=small(name)))
    helps = [note.help for note in reading.unresolved]
    assert limit_help(limit) in helps, [note.reason for note in reading.unresolved]
    assert len(reading.resources) <= 300
    assert len(reading.unresolved) < 10


def test_a_limit_that_is_raised_lets_it_through(tmp_path: Path) -> None:
    content = template((resource(name="[string(copyIndex())]", copy={"name": "l", "count": 1_000}),))
    assert len(expand(tmp_path, content).resources) == 1
    reading = expand(tmp_path, content, replace(OPTIONS, limits=Limits(copies=1_000)))
    assert len(reading.resources) == 1_000
    assert not reading.incomplete
    assert [note.help for note in reading.unresolved] == ["Azure refuses it"]


def test_what_may_be_missing_for_a_limit_is_incomplete(tmp_path: Path) -> None:
    content = template((resource(name="[string(copyIndex())]", copy={"name": "l", "count": 700}),))
    reading = expand(tmp_path, content, replace(OPTIONS, limits=Limits(instances=50)))
    assert len(reading.resources) == 50
    assert reading.incomplete


def test_when_the_work_is_used_up_the_rest_is_open_and_told_once(tmp_path: Path) -> None:
    wanted = [{"value": f"[add({index}, 1)]"} for index in range(2_000)]
    content = template((resource(properties={"list": wanted}), resource(name="y")))
    reading = expand(tmp_path, content, replace(OPTIONS, limits=Limits(steps=1_000)))
    (note,) = reading.unresolved
    assert note.reason == "the template takes more than 1000 steps to expand"
    assert note.incomplete
    found: Any = reading.resources[0].get("properties.list")
    assert found[0] == {"value": 1}
    assert isinstance(found[-1]["value"], Unknown)


def test_every_parameter_file_has_the_work_for_itself(tmp_path: Path) -> None:
    content = template((resource(properties={"n": "[parameters('n')]", "m": "[range(0, 20)]"}),))
    content["parameters"] = {"n": {"type": "int"}}
    path = write(tmp_path, "main.json", content)
    for index in range(8):
        values = {
            "$schema": content["$schema"].replace("Template", "Parameters"),
            "parameters": {"n": {"value": index}},
        }
        write(tmp_path, f"main.parameters.p{index}.json", values)
    reading: Reading = read(path, replace(OPTIONS, limits=Limits(steps=60)))
    assert not reading.unresolved
    assert len(reading.resources) == 8

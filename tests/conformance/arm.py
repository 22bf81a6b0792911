"""Adapters for ARM templates: functions, whole templates, and two compilations of one source.

Their files are JSON and archives of JSON: `records` and `pairs` turn them into cases.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.conformance.cases import Answer, Case

from everward.expressions import TEMPLATE, Call, Evaluator, Expression, ExpressionError, Functions, Literal, same
from everward.sources.interface import ReadOptions
from everward.sources.template import Expansion, expand_template
from everward.values import Unknown, Value, member

_COMPILED: Final = re.compile(r"(.+?)\.main(\.symbolicnames)?\.json")
_DEPLOYMENT: Final = "microsoft.resources/deployments"


def records(path: Path) -> Iterator[Case]:
    """The cases of a JSON file: a list of function calls, or one template."""
    content = json.loads(path.read_bytes())
    for record in content if isinstance(content, list) else [content]:
        kind, answer = ("arm-function", "want") if "fn" in record else ("arm-template", "expected")
        case = {key: value for key, value in record.items() if key != answer}
        yield {**case, "kind": kind, "expect": {answer: record.get(answer)}}


def pairs(path: Path) -> Iterator[Case]:
    """The cases of an archive: what one source was compiled to with and without symbolic names."""
    found: dict[str, dict[str, Any]] = {}
    with tarfile.open(path) as archive:
        for item in archive:
            compiled_of = _COMPILED.fullmatch(item.name)
            stream = archive.extractfile(item) if compiled_of is not None else None
            if compiled_of is not None and stream is not None:
                way = "symbolic" if compiled_of[2] else "plain"
                found.setdefault(compiled_of[1], {})[way] = json.loads(stream.read())
    for name, compiled in sorted(found.items()):
        yield {"id": name, "kind": "arm-pair", "compiled": compiled, "expect": {"alike": True}}


def function(case: Case, _folder: Path) -> Answer:
    """A function called with arguments that are handed over as they are."""
    arguments: list[Value] = case["args"]
    dialect = replace(TEMPLATE, context={"argument": (1, 1)}, excluded=frozenset())
    nodes = tuple(Call("argument", (Literal(index),)) for index in range(len(arguments)))
    host = Functions({"argument": lambda index: arguments[index]})
    try:
        return {"value": Evaluator(dialect, host).evaluate(Expression(Call(case["fn"], nodes), case["fn"]))}
    except ExpressionError as error:
        return {"error": "evaluation", "message": str(error)}


def judge_function(answer: Answer, expected: Any) -> bool:
    return "value" in answer and same(answer["value"], expected["want"]) is True


def template(case: Case, _folder: Path) -> Answer:
    """A template with its parameters at a scope: resources as deployed, outputs, variables, and what went wrong."""
    scope = case["metadata"]
    options = ReadOptions(
        subscription=scope.get("subscription"),
        resource_group=scope.get("resourceGroup"),
        management_group=scope.get("managementGroup"),
        location=scope.get("location"),
    )
    expansion = expand_template(case["template"], options, case["parameters"])
    return {
        "problems": [note.reason for note in expansion.reading.unresolved],
        # Deployments are listed by what they deploy.
        "resources": [
            {"id": resource.id, "type": resource.type, "name": resource.name, **resource.body}
            for resource in expansion.reading.resources
            if resource.type_key != _DEPLOYMENT
        ],
        "outputs": expansion.outputs(),
        "variables": expansion.variables(),
    }


def judge_template(answer: Answer, expected: Any) -> bool:
    wanted = expected["expected"]
    if "error" in wanted:
        return any(wanted["error"] in problem for problem in answer["problems"])
    if answer["problems"] or not wanted:
        return False
    if "resources" in wanted and _text(answer["resources"]) != _text(wanted["resources"]):
        return False
    for part in ("outputs", "variables"):
        if any(_text(member(answer[part], name)) != _text(value) for name, value in wanted.get(part, {}).items()):
            return False
    return all(_text(_at(answer, path)) == _text(value) for path, value in wanted.get("paths", {}).items())


def _text(value: Any) -> str:
    """A value with its types: `1` is neither `true` nor `"1"`. A hole is equal to nothing."""
    return json.dumps(value, sort_keys=True, default=lambda item: {"?": repr(item)})


def _at(answer: Answer, path: str) -> Any:
    """What stands at a path such as `$.resources[0].properties.x`."""
    found: Any = answer
    for step in re.findall(r"\w+|(?<=\[)\d+(?=\])", path):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError):
            return None
    return found


SAMPLES: Final[dict[str, Any]] = {
    "string": "abc",
    "securestring": "s",
    "int": 2,
    "bool": True,
    "array": [{"name": "n1", "location": "l", "enabled": True}, {"name": "n2", "location": "l"}],
    "object": {"a": "b"},
    "secureobject": {},
}
SCOPE: Final = ReadOptions(
    subscription="00000000-0000-0000-0000-000000000000",
    resource_group="rg",
    management_group="mg",
    location="westeurope",
)


def pair(case: Case, _folder: Path) -> Answer:
    """What each compilation expands to, without values for its parameters, and with some value for each."""
    answer: Answer = {}
    for name, content in case["compiled"].items():
        answer[name] = [_shape(expand_template(content, SCOPE, values)) for values in ({}, _filled(content))]
    return answer


def _filled(content: dict[str, Any]) -> dict[str, Value]:
    """Some value for every parameter that has no default."""
    return {
        name: declared.get("allowedValues", [SAMPLES.get(declared["type"].lower(), "x")])[0]
        for name, declared in content.get("parameters", {}).items()
        if "defaultValue" not in declared and "type" in declared
    }


def _shape(expansion: Expansion) -> dict[str, Any]:
    """What two compilations of one source must have in common: all but the order of resources, and words."""
    resources = sorted(
        [
            # A name that cannot be evaluated is called after its place, which differs.
            re.sub(r"\{name of [^}]*\}", "{name}", resource.id.lower()),
            resource.type,
            _text(_plain(resource.body)),
            _text(_plain(resource.condition)),
            resource.cardinality is None,
        ]
        for resource in expansion.reading.resources
    )
    return {
        "resources": resources,
        "outputs": _plain(expansion.outputs()),
        "variables": _plain(expansion.variables()),
    }


def _plain(value: Any) -> Any:
    """A value with one mark for every hole: how a hole came about differs between two compilations."""
    if isinstance(value, Unknown):
        return {"?": ""}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def judge_pair(answer: Answer, expected: Any) -> bool:
    if set(answer) != {"plain", "symbolic"}:
        return False
    return (_text(answer["plain"]) == _text(answer["symbolic"])) is expected["alike"]

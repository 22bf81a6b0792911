"""The second evaluator: rules as they were parsed, on resources without holes, as the language is described.

It shares parsing with the product and nothing else: no compilation, no paths, no operators, no order of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracle import expressions
from tests.oracle.operators import ABSENT, FailedError, holds

from everward.estate import Resource
from everward.expressions import parse_expression
from everward.policy.nodes import AllOf, AnyOf, Computed, Condition, Definition, Field, FieldCount, Leaf, Not, Operand

Path = list[str]
"""Names and `[*]`."""
IDENTIFYING = ("type", "name", "kind")


@dataclass
class Element:
    """What a count around is at."""

    label: str
    path: Path | None
    value: Any


@dataclass
class Place:
    """Where a condition is evaluated."""

    resource: Resource
    """Whose fields conditions read."""
    primary: Resource
    """Whose fields calls of `field` read."""
    parameters: dict[str, Any]
    around: list[Element] = field(default_factory=list)

    def inside(self, element: Element) -> Place:
        """The same, one count further in."""
        return Place(self.resource, self.primary, self.parameters, [*self.around, element])


def verdict(
    definition: Definition, parameters: dict[str, Any], resource: Resource, others: Sequence[Resource] = ()
) -> str:
    """`compliant`, `nonCompliant`, `notApplicable` or `error`; `others` are the other resources there are."""
    rule = definition.rule
    place = Place(resource, resource, parameters)
    try:
        effect = str(value_of(rule.effect, place)).lower()
        if effect == "disabled":
            return "compliant" if _is_about(rule.condition, place) else "notApplicable"
        truth = judge(rule.condition, place)
        if not effect.endswith("ifnotexists"):
            if truth:
                return "nonCompliant"
            return "compliant" if _applies(rule.condition, place) else "notApplicable"
        if not truth:
            return "notApplicable"
        return "compliant" if _related(definition, place, others) else "nonCompliant"
    except FailedError:
        return "error" if _is_about(rule.condition, place) else "notApplicable"


def _is_about(condition: Condition, place: Place) -> bool:
    """Whether a policy that is disabled, or fails, is about the resource: that comes before everything else."""
    try:
        return _applies(condition, place)
    except FailedError:
        return True


def _related(definition: Definition, place: Place, others: Sequence[Resource]) -> bool:
    """Whether a child (anywhere below), or another resource of the group or subscription, meets the condition."""
    existence = definition.rule.existence
    assert existence is not None
    wanted = str(value_of(existence.type, place)).lower()
    scope = "" if existence.scope is None else str(value_of(existence.scope, place)).lower()
    name = None if existence.name is None else str(value_of(existence.name, place)).lower()
    parts = place.primary.id.split("/")
    if wanted.startswith(place.primary.type.lower() + "/"):
        head = place.primary.id
    else:
        head = "/".join(parts[: 3 if scope == "subscription" else 5])
    for other in others:
        if other.type.lower() != wanted or not other.id.lower().startswith(head.lower() + "/"):
            continue
        if name is not None and other.id.lower().rpartition("/")[2] != name:
            continue
        if existence.condition is None or judge(existence.condition, Place(other, place.primary, place.parameters)):
            return True
    return False


def _applies(condition: Condition, place: Place) -> bool:
    seen = {_field_of(leaf, place) for leaf in _leaves(condition)}
    kept = seen.intersection(IDENTIFYING)
    if seen <= set(IDENTIFYING):
        if "type" not in kept:
            return True
        kept = {"type"}
    return _could(condition, place, kept, positive=True)


def _leaves(condition: Condition) -> list[Leaf]:
    if isinstance(condition, AllOf | AnyOf):
        return [leaf for part in condition.parts for leaf in _leaves(part)]
    return _leaves(condition.part) if isinstance(condition, Not) else [condition]


def _field_of(leaf: Leaf, _place: Place) -> str:
    return str(leaf.subject.name.raw).lower() if isinstance(leaf.subject, Field) else ""


def _could(condition: Condition, place: Place, kept: set[str], *, positive: bool) -> bool:
    """The condition with what is not kept replaced by what could match."""
    if isinstance(condition, AllOf):
        return all(_could(part, place, kept, positive=positive) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(_could(part, place, kept, positive=positive) for part in condition.parts)
    if isinstance(condition, Not):
        return not _could(condition.part, place, kept, positive=not positive)
    return judge(condition, place) if _field_of(condition, place) in kept else positive


def judge(condition: Condition, place: Place) -> bool:
    """Whether a condition holds; parts are looked at in order, as far as needed.

    Raises:
        FailedError: when a part that is looked at fails.

    """
    if isinstance(condition, AllOf):
        return all(judge(part, place) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(judge(part, place) for part in condition.parts)
    if isinstance(condition, Not):
        return not judge(condition.part, place)
    return _leaf(condition, place)


def _leaf(leaf: Leaf, place: Place) -> bool:
    subject = leaf.subject
    if isinstance(subject, Field):
        name = value_of(subject.name, place)
        expected = value_of(leaf.expected, place)
        if not isinstance(name, str):
            raise FailedError("the field has no name")
        values = values_at(name, place, missing=True)
        if name.lower() == "location":
            values, expected = [_region(value) for value in values], _region(expected)
        return all(holds(leaf.operator, value, expected) for value in values)
    if isinstance(subject, Computed):
        return holds(leaf.operator, value_of(subject.value, place), value_of(leaf.expected, place))
    if isinstance(subject, FieldCount):
        text = str(value_of(subject.field, place))
        cut = text.rindex("[*]") + 3
        path = split(text[:cut])
        elements = [Element(text.lower(), path, value) for value in values_at(text[:cut], place, missing=False)]
    else:
        counted = value_of(subject.value, place)
        items = counted if isinstance(counted, list) else []
        elements = [Element(subject.name.lower(), None, item) for item in items]
    where = subject.where
    number = sum(1 for element in elements if where is None or judge(where, place.inside(element)))
    return holds(leaf.operator, number, value_of(leaf.expected, place))


def _region(value: Any) -> Any:
    if isinstance(value, list):
        return [_region(item) for item in value]
    return value.lower().replace(" ", "") if isinstance(value, str) else value


def split(text: str) -> Path:
    """The steps of a path, lower-case."""
    return re.findall(r"\[\*\]|[^.\[\]]+", text.lower())


def values_at(name: str, place: Place, *, missing: bool) -> list[Any]:
    """The values of a field: one, unless it names elements. A missing array is one missing value when `missing`."""
    lowered = name.lower()
    resource = place.resource
    if lowered in ("type", "id", "name", "fullname"):
        names = resource.id.split("/providers/")[-1].split("/")[2::2]
        own = {"type": resource.type, "id": resource.id, "name": names[-1], "fullname": "/".join(names)}
        return [own[lowered]]
    if lowered.startswith(("tags.", "tags[")):
        tag = lowered[5:] if lowered[4] == "." else lowered[5:-1].strip("'")
        return [_member(_member(resource.body, "tags"), tag)]
    path = split(name)
    for element in reversed(place.around):
        if element.path is not None and path[: len(element.path)] == element.path:
            return _walk(element.value, path[len(element.path) :], missing)
    return _walk(resource.body, path, missing)


def _walk(value: Any, path: Path, missing: bool) -> list[Any]:
    if not path:
        return [value]
    if path[0] != "[*]":
        return _walk(_member(value, path[0]), path[1:], missing)
    if not isinstance(value, list):
        return [ABSENT] if missing else []
    return [found for item in value for found in _walk(item, path[1:], missing)]


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return ABSENT
    return next((item for key, item in value.items() if key.lower() == name), ABSENT)


def value_of(operand: Operand, place: Place) -> Any:
    """The value of an operand.

    Raises:
        FailedError: when a function fails.

    """

    def host(name: str, arguments: list[Any]) -> Any:
        return _HOST[name](place, arguments)

    def inside(value: Any) -> Any:
        if isinstance(value, list):
            return [inside(item) for item in value]
        if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
            return expressions.evaluate(parse_expression(value).root, host)
        return value

    if operand.expression is not None:
        return expressions.evaluate(operand.expression.root, host)
    return inside(operand.raw) if operand.tree else operand.raw


def _field(place: Place, arguments: list[Any]) -> Any:
    name = str(arguments[0])
    # Counts around a related resource are not about the judged one.
    around = place.around if place.primary is place.resource else []
    values = values_at(name, Place(place.primary, place.primary, {}, around), missing=False)
    if "[*]" not in name:
        return "" if values[0] is None or values[0] is ABSENT else values[0]
    return values if name.endswith("[*]") else _existing(values)


def _existing(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None and value is not ABSENT]


def _current(place: Place, arguments: list[Any]) -> Any:
    if not place.around:
        raise FailedError("nothing is counted")
    if not arguments:
        return place.around[-1].value
    label = str(arguments[0]).lower()
    for element in reversed(place.around):
        if element.label == label:
            return element.value
    path = split(label)
    for element in reversed(place.around):
        if element.path is not None and path[: len(element.path)] == element.path:
            rest = path[len(element.path) :]
            values = _walk(element.value, rest, False)
            if "[*]" not in rest:
                return None if values[0] is ABSENT else values[0]
            return values if rest[-1] == "[*]" else _existing(values)
    raise FailedError(f"nothing counted is called {label}")


def _parameter(place: Place, arguments: list[Any]) -> Any:
    return place.parameters[str(arguments[0]).lower()]


_HOST = {"field": _field, "current": _current, "parameters": _parameter}

"""Initiatives: policies that are assigned together, with the parameters that they are passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.expressions import POLICY, Evaluator, ExpressionError, Functions, calls_in
from everward.policy.definition import read_parameters
from everward.policy.documents import Shape, body_of, last_segment, told
from everward.policy.engine import expressions_of
from everward.policy.nodes import Operand, Parameter
from everward.policy.parser import Fault, operand
from everward.policy.positions import JsonPath
from everward.policy.problem import EvaluationError, did_you_mean
from everward.policy.versions import parse_version
from everward.values import Origin, Value

MAX_REFERENCES: Final = 1000
"""Policies in one initiative."""


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """A value that an initiative passes to a policy."""

    name: str
    """The policy's parameter, as written."""
    value: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One policy of an initiative."""

    id: str
    """What tells it from the others; the same definition may be referred to several times."""
    definition_id: str
    parameters: tuple[Passed, ...] = ()
    version: str = ""
    """A range such as `1.*.*`, or empty."""
    groups: tuple[str, ...] = ()
    path: JsonPath = ()
    """Where it stands in the document."""


@dataclass(frozen=True, slots=True)
class Group:
    """What an initiative sorts its policies by: a control of a regulation."""

    name: str
    display_name: str = ""
    category: str = ""
    description: str = ""
    additional_metadata_id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Initiative:
    """A policy set definition."""

    id: str
    """Its ARM id; empty when the source does not say it."""
    name: str
    display_name: str
    description: str
    parameters: Mapping[str, Parameter]
    """By lower-case name."""
    references: tuple[Reference, ...]
    groups: Mapping[str, Group] = field(default_factory=dict)
    """By name."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    policy_type: str = ""
    file: str | None = None
    origin: Origin | None = None

    @property
    def title(self) -> str:
        """How people name it."""
        return self.display_name or self.name or self.id or "the initiative"

    @property
    def open_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that have no default: an assignment must give them."""
        return tuple(parameter for parameter in self.parameters.values() if not parameter.has_default)


def load_initiative(document: Any, *, file: str | None = None, origin: Origin | None = None) -> Initiative:
    """Read an initiative: a whole resource with `properties`, or its properties.

    Raises:
        DefinitionError: with the JSON path.

    """
    with told(file, origin):
        return _initiative(document, file, origin)


def _initiative(document: Any, file: str | None, origin: Origin | None) -> Initiative:
    outer, body = body_of(document, "an initiative")
    if "policyDefinitions" not in body:
        raise Fault(
            "this is no initiative: it has no `policyDefinitions`",
            body.path,
            "list its policies in `policyDefinitions`",
        )
    # Shipped initiatives have defaults of another type than they declare: what they are passed to checks them.
    parameters = read_parameters(body.value("parameters"), body.at("parameters"), defaults=False)
    groups = {group.name: group for group in map(_group, body.shapes("policyDefinitionGroups"))}
    references = _references(body, parameters, {name.lower() for name in groups})
    id_ = outer.label("id")
    return Initiative(
        id=id_,
        name=outer.label("name") or last_segment(id_),
        display_name=body.label("displayName"),
        description=body.label("description"),
        parameters=parameters,
        references=references,
        groups=groups,
        metadata=body.loose("metadata"),
        version=body.label("version") or _text(body.loose("metadata").get("version")),
        policy_type=body.label("policyType"),
        file=file,
        origin=origin,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _group(shape: Shape) -> Group:
    return Group(
        name=shape.required("name"),
        display_name=shape.label("displayName"),
        category=shape.label("category"),
        description=shape.label("description"),
        additional_metadata_id=shape.label("additionalMetadataId"),
    )


def _references(body: Shape, parameters: Mapping[str, Parameter], groups: set[str]) -> tuple[Reference, ...]:
    found: dict[str, Reference] = {}
    for shape in body.shapes("policyDefinitions"):
        reference = _reference(shape, parameters, found)
        if reference.id.lower() in found:
            raise Fault(
                f"the reference id `{reference.id}` stands twice",
                shape.at("policyDefinitionReferenceId"),
                "give each reference its own `policyDefinitionReferenceId`",
            )
        for name in reference.groups:
            if name.lower() not in groups:
                advice = "declare it in `policyDefinitionGroups`"
                raise Fault(f"the group `{name}` is not declared", shape.at("groupNames"), advice)
        found[reference.id.lower()] = reference
    if len(found) > MAX_REFERENCES:
        raise Fault(
            f"there are more than {MAX_REFERENCES} policies", body.at("policyDefinitions"), "split the initiative"
        )
    return tuple(found.values())


def _reference(shape: Shape, parameters: Mapping[str, Parameter], taken: Mapping[str, Reference]) -> Reference:
    # Enterprise Policy as Code names definitions of its own folder.
    definition = shape.text("policyDefinitionId") or shape.text("policyDefinitionName")
    if not definition:
        raise Fault("`policyDefinitionId` is missing", shape.path, "name the id of the definition")
    version = shape.text("definitionVersion")
    if version and parse_version(version) is None:
        advice = "a version is written `1.2.3`, `1.2.*` or `1.*.*`, perhaps with `-preview`"
        raise Fault(f"`{version}` is no version", shape.at("definitionVersion"), advice)
    return Reference(
        id=shape.text("policyDefinitionReferenceId") or _made_id(definition, taken),
        definition_id=definition,
        parameters=_passed(shape, parameters),
        version=version,
        groups=shape.texts("groupNames"),
        path=shape.path,
    )


def _made_id(definition: str, taken: Mapping[str, Reference]) -> str:
    """Azure gives a reference without an id one of its own; here it is the definition's name."""
    name, number = last_segment(definition), 1
    made = name
    while made.lower() in taken:
        number += 1
        made = f"{name}-{number}"
    return made


def _passed(shape: Shape, parameters: Mapping[str, Parameter]) -> tuple[Passed, ...]:
    node = shape.mapping("parameters")
    path = shape.at("parameters")
    passed: dict[str, Passed] = {}
    for name, given in node.items():
        item = Shape(given, (*path, name), f"the parameter `{name}`")
        if name.lower() in passed:
            raise Fault(f"the parameter `{name}` is passed twice", item.path, "keep one of them")
        value = operand(item.value("value"), item.at("value"))
        _check(value, parameters, item.at("value"))
        passed[name.lower()] = Passed(name, value)
    return tuple(passed.values())


def _check(value: Operand, parameters: Mapping[str, Parameter], path: JsonPath) -> None:
    """Every parameter of the initiative that an expression names must be declared."""
    for expression in expressions_of(value):
        for call in calls_in(expression):
            if call.name.lower() != "parameters" or len(call.arguments) != 1:
                continue
            name = getattr(call.arguments[0], "value", None)
            if isinstance(name, str) and name.lower() not in parameters:
                known = tuple(parameter.name for parameter in parameters.values())
                advice = did_you_mean(name, known) if known else "the initiative declares no parameters"
                raise Fault(f"the initiative has no parameter `{name}`", path, advice)


class Passing:
    """Works out what an initiative passes to its policies, given the values of its own parameters."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        """`values` are by lower-case name; holes pass through."""
        self._values = values
        self._evaluator = Evaluator(POLICY, Functions({"parameters": self._parameter}))

    def _parameter(self, *arguments: Value) -> Value:
        name = arguments[0] if len(arguments) == 1 else None
        if not isinstance(name, str) or name.lower() not in self._values:
            raise ExpressionError(f"the initiative has no parameter `{name}`", position=0)
        return self._values[name.lower()]

    def to(self, reference: Reference) -> dict[str, Value]:
        """The values for a policy's parameters, by name as written.

        Raises:
            EvaluationError: when an expression fails.

        """
        return {passed.name: self._value(passed) for passed in reference.parameters}

    def _value(self, passed: Passed) -> Value:
        value = passed.value
        if value.literal:
            return value.raw
        try:
            if value.expression is not None:
                return self._evaluator.evaluate(value.expression)
            return self._evaluator.evaluate_tree(value.raw)
        except ExpressionError as error:
            raise EvaluationError(
                f"what is passed to the parameter `{passed.name}` fails: {error.message}", help=error.help
            ) from None

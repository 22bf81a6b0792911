"""The cases that come with a criterion: resources, and the verdict that each must get."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from everward.criteria.judgement import CriterionPolicy
from everward.estate import Estate, Reading, Resource
from everward.policy import Explanation, Outcome, State
from everward.values import Origin, ProblemError, Unknown, Value, build_id, parse_id

SUBSCRIPTION: Final = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/stamp-rg"
"""Where resources of cases stand unless they say otherwise."""

EXPECTED: Final = {
    "good": State.COMPLIANT,
    "bad": State.NON_COMPLIANT,
    "unknown": State.UNKNOWN,
    "notApplicable": State.NOT_APPLICABLE,
}


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case: what is judged, beside what, and the verdict that it must get.

    A resource is its body with `type` and `name` (segments of a child joined with `/`), and `id` or `scope` where it
    does not stand in the group of the case. A hole is written `{$unknown: {reason: …, decidedBy: […]}}`.
    """

    name: str
    expect: Literal["good", "bad", "unknown", "notApplicable"]
    resource: dict[str, Any] | None = None
    resources: tuple[dict[str, Any], ...] = ()
    """Further resources that must get the same verdict."""
    related: tuple[dict[str, Any], ...] = ()
    """Resources that stand beside, and are not judged."""
    parameters: dict[str, Any] = {}
    source: str = "template"
    """The kind of source that the resources come from."""


class Result(msgspec.Struct, frozen=True):
    """What a policy said of one resource of a case."""

    case: Case
    resource: str
    """Its id."""
    outcome: Outcome
    explanation: Explanation

    @property
    def passed(self) -> bool:
        """Whether the verdict, explained as well as evaluated, is the one that was expected."""
        return self.outcome.state is EXPECTED[self.case.expect] and self.explanation.outcome == self.outcome


def read_cases(path: Path) -> list[Case]:
    """The cases of a `cases.yaml`.

    Raises:
        ProblemError: when the file is not as it must be.

    """
    import yaml

    try:
        document = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        return msgspec.convert(document, list[Case])
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise ProblemError(
            f"`{path.name}` does not hold cases: {error}", origin=Origin(source="cases", file=str(path))
        ) from error


def run_case(definition: Mapping[str, Any], case: Case) -> list[Result]:
    """Judge the resources of a case by a policy definition.

    Raises:
        DefinitionError: when the definition or a parameter is not valid.
        ProblemError: when a resource of the case is not one.

    """
    policy = CriterionPolicy.compile(definition, parameters=case.parameters)
    origin = Origin(source=case.source)
    first = () if case.resource is None else (case.resource,)
    judged = [make_resource(item, origin) for item in (*first, *case.resources)]
    beside = [make_resource(item, origin) for item in case.related]
    estate = Estate([Reading(source=case.source, label=case.name, resources=[*judged, *beside])])
    return [
        Result(case, resource.id, policy.evaluate(resource, estate), policy.explain(resource, estate))
        for resource in judged
    ]


def make_resource(written: dict[str, Any], origin: Origin) -> Resource:
    """A resource of the estate from one that is written in a case.

    Raises:
        ProblemError: when it lacks its type or name, or its id is not one.

    """
    body = {key: with_holes(value) for key, value in written.items() if key not in ("id", "type", "name", "scope")}
    kind, name = written.get("type"), written.get("name")
    if not isinstance(kind, str) or not isinstance(name, str):
        raise ProblemError("a resource of a case needs `type` and `name`", origin=origin)
    names = tuple(name.split("/"))
    try:
        made = written.get("id") or build_id(written.get("scope", GROUP), kind, names)
        parse_id(made)
    except ValueError as error:
        raise ProblemError(f"a resource of a case has no id: {error}", origin=origin) from error
    return Resource(id=made, type=kind, name=names[-1], body=body, origin=origin)


def with_holes(value: Any) -> Value:
    """A value in which `{$unknown: …}` stands for a hole."""
    if isinstance(value, list):
        return [with_holes(item) for item in value]
    if not isinstance(value, dict):
        plain: Value = value
        return plain
    hole = value.get("$unknown")
    if hole is None:
        return {key: with_holes(item) for key, item in value.items()}
    return Unknown(
        reason=hole["reason"],
        decided_by=tuple(hole.get("decidedBy", ())),
        present=hole.get("present", False),
        many=hole.get("many", False),
        reference=hole.get("reference"),
        text=hole.get("text"),
    )

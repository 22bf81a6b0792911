"""Assignments: a definition or an initiative put to work in a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.estate import Resource
from everward.policy.documents import Shape, body_of, last_segment, told
from everward.policy.hierarchy import Hierarchy, scope_of
from everward.policy.parser import EFFECT_NAMES, EFFECTS, Fault
from everward.policy.problem import did_you_mean
from everward.policy.selectors import (
    LOCATION,
    MAX_SELECTORS,
    REFERENCE,
    Selection,
    Selector,
    admitted,
    read_selections,
    read_selectors,
)
from everward.policy.versions import parse_version
from everward.values import Origin, Truth, Unknown, Value, all_of, negate

TYPE: Final = "Microsoft.Authorization/policyAssignments"

MODES: Final = ("Default", "DoNotEnforce", "Enroll")
"""How an assignment acts on requests; the first is what Azure takes without a word."""

EFFECT_OVERRIDE: Final = "policyEffect"
VERSION_OVERRIDE: Final = "policyVersion"
_OVERRIDES: Final[Mapping[str, tuple[str, ...]]] = {
    EFFECT_OVERRIDE: (REFERENCE, LOCATION),
    VERSION_OVERRIDE: (LOCATION, REFERENCE),
}
"""The kinds of override, and the kinds of selector that each may have."""
NO_IDENTITY: Final = "none"


@dataclass(frozen=True, slots=True)
class Override:
    """Another effect, or another version, for some policies or some places."""

    kind: str
    value: str
    """An effect as the language spells it, or a range of versions."""
    selectors: tuple[Selector, ...] = ()

    def admits(self, resource: Resource, reference_id: str) -> Truth:
        """Whether it is about a policy and a resource."""
        return all_of(selector.admits(resource, reference_id) for selector in self.selectors)


@dataclass(frozen=True, slots=True)
class Message:
    """What people are told when a resource does not comply."""

    text: str
    reference_id: str = ""
    """The policy of the initiative that it is about; empty for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """A policy assignment."""

    id: str
    name: str
    scope: str
    """The id of the scope that it is about; empty for the tenant."""
    definition_id: str
    """What is assigned: the id of a definition or an initiative."""
    display_name: str = ""
    description: str = ""
    version: str = ""
    """A range of versions, or empty."""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    """Bare values by name as written."""
    not_scopes: tuple[str, ...] = ()
    mode: str = MODES[0]
    """`Default`, `DoNotEnforce` or `Enroll`."""
    messages: tuple[Message, ...] = ()
    selections: tuple[Selection, ...] = ()
    overrides: tuple[Override, ...] = ()
    identity: str = NO_IDENTITY
    """The kind of identity that it acts with: `none` for none."""
    location: Value = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    origin: Origin | None = None

    @property
    def title(self) -> str:
        """How people name it."""
        return self.display_name or self.name or self.id

    def covers(self, resource: Resource, hierarchy: Hierarchy) -> Truth:
        """Whether a resource stands in its scope, in none of the scopes left out, and is selected."""
        within = hierarchy.contains(self.scope, resource.id)
        if within is False:
            return False
        left_out = (negate(hierarchy.contains(scope, resource.id)) for scope in self.not_scopes)
        return all_of((within, *left_out, admitted(self.selections, resource)))

    def message(self, reference_id: str = "") -> str:
        """What to tell about a policy of it: the message for this policy, else the one for all, else nothing."""
        general = ""
        for message in self.messages:
            if message.reference_id and message.reference_id.lower() == reference_id.lower():
                return message.text
            if not message.reference_id:
                general = general or message.text
        return general

    def overriding(self, kind: str, resource: Resource, reference_id: str) -> str | Unknown | None:
        """The value that overrides an effect or a version for a resource: that of the first override about it."""
        for override in self.overrides:
            if override.kind != kind:
                continue
            truth = override.admits(resource, reference_id)
            if isinstance(truth, Unknown):
                return truth
            if truth:
                return override.value
        return None


def load_assignment(document: Any, *, file: str | None = None, origin: Origin | None = None) -> Assignment:
    """Read an assignment: a whole resource with `properties`, or its properties.

    Raises:
        DefinitionError: with the JSON path.

    """
    with told(file, origin):
        return _assignment(document, file, origin)


def _assignment(document: Any, file: str | None, origin: Origin | None) -> Assignment:
    outer, body = body_of(document, "an assignment")
    if "policyDefinitionId" not in body:
        raise Fault(
            "this is no assignment: it has no `policyDefinitionId`",
            body.path,
            "say in `policyDefinitionId` what is assigned",
        )
    version = body.text("definitionVersion")
    if version and parse_version(version) is None:
        raise Fault(
            f"`{version}` is no version",
            body.at("definitionVersion"),
            "a version is written `1.2.*` or `1.*.*`, perhaps with `-preview`",
        )
    id_ = outer.text("id")
    overrides = tuple(_override(shape) for shape in body.shapes("overrides"))
    if len(overrides) > MAX_SELECTORS:
        raise Fault(
            f"there are more than {MAX_SELECTORS} overrides", body.at("overrides"), "leave some out, or assign twice"
        )
    return Assignment(
        id=id_,
        name=outer.label("name") or last_segment(id_),
        scope=body.text("scope") or scope_of(id_),
        definition_id=body.required("policyDefinitionId"),
        display_name=body.label("displayName"),
        description=body.label("description"),
        version=version,
        parameters=_values(body),
        not_scopes=body.texts("notScopes"),
        mode=body.choice("enforcementMode", MODES),
        messages=tuple(
            Message(shape.required("message"), shape.text("policyDefinitionReferenceId"))
            for shape in body.shapes("nonComplianceMessages")
        ),
        selections=read_selections(body),
        overrides=overrides,
        identity=_identity(outer),
        location=outer.value("location"),
        metadata=body.loose("metadata"),
        file=file,
        origin=origin,
    )


def _values(body: Shape) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, given in body.mapping("parameters").items():
        bare = not isinstance(given, dict) or [key.lower() for key in given] != ["value"]
        found[name] = given if bare else next(iter(given.values()))
    return found


def _override(shape: Shape) -> Override:
    kind = shape.choice("kind", tuple(_OVERRIDES))
    value = shape.required("value")
    if kind == EFFECT_OVERRIDE:
        effect = EFFECT_NAMES.get(value.lower())
        if effect is None:
            raise Fault(f"`{value}` is no effect", shape.at("value"), did_you_mean(value, EFFECTS))
        value = effect
    elif parse_version(value) is None:
        raise Fault(
            f"`{value}` is no version",
            shape.at("value"),
            "a version is written `1.2.*` or `1.*.*`, perhaps with `-preview`",
        )
    selectors = read_selectors(shape)
    for selector in selectors:
        if selector.kind not in _OVERRIDES[kind]:
            allowed = ", ".join(_OVERRIDES[kind])
            raise Fault(f"an override has no selector `{selector.kind}`", shape.at("selectors"), f"known are {allowed}")
    return Override(kind, value, selectors)


def _identity(outer: Shape) -> str:
    kind = outer.loose("identity").get("type")
    if isinstance(kind, Unknown):
        # It is written down that there is one; which, does not matter here.
        return "unknown"
    return kind.lower() if isinstance(kind, str) and kind else NO_IDENTITY

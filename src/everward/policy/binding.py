"""What an assignment brings to bear: each of its policies with its parameters, ready to judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from everward.estate import Unresolved
from everward.policy.context import EvaluationContext
from everward.policy.engine import Site, is_constant
from everward.policy.initiative import Group, Initiative, Passing
from everward.policy.nodes import Definition, Operand, Parameter
from everward.policy.parameters import check_value
from everward.policy.parser import EFFECT_NAMES
from everward.policy.policy import Policy, compile_definition
from everward.policy.problem import DefinitionError, EvaluationError, did_you_mean
from everward.policy.shelf import DanglingError, Held, Holder
from everward.values import Origin, ProblemError, Unknown, Value

INITIATIVE_MARK: Final = "/policysetdefinitions/"


@dataclass(slots=True, eq=False)
class Member:
    """One policy of an assignment: a reference of its initiative, or the one definition that it assigns."""

    reference_id: str
    """Empty where one definition is assigned."""
    definition_id: str
    held: Held[Definition]
    parameters: Mapping[str, Value]
    """The values that it is passed, by name as written."""
    context: EvaluationContext
    groups: tuple[str, ...] = ()
    holder: Holder | None = None
    """Where other versions of it are found."""
    _policies: dict[tuple[str, str], Policy] = field(default_factory=dict, init=False)

    @property
    def definition(self) -> Definition:
        """The definition.

        Raises:
            DefinitionError: when it is not as it must be.

        """
        return self.held.value

    @property
    def title(self) -> str:
        """How people name it."""
        return self.held.title

    @property
    def name(self) -> str:
        """What tells it from the other policies of its assignment."""
        return self.reference_id or self.held.name or self.definition_id

    def policy(self, effect: str = "", version: str = "") -> Policy:
        """The policy, made once: as it is assigned, or with another effect or in another version.

        Raises:
            DefinitionError: when the definition is not valid, or a parameter does not fit it.
            DanglingError: when there is no such version.

        """
        made = self._policies.get((effect, version))
        if made is None:
            definition = self._version(version).value
            if effect:
                definition = with_effect(definition, effect)
            missing = [name for name, parameter in definition.parameters.items() if self._lacks(name, parameter)]
            if missing:
                raise DefinitionError(
                    f"the parameter `{definition.parameters[missing[0]].name}` of `{self.title}` has no value",
                    origin=Origin(source="policy", file=definition.file),
                    help="pass a value, or declare a default",
                )
            made = compile_definition(definition, self.parameters, context=self.context)
            self._policies[effect, version] = made
        return made

    def _version(self, version: str) -> Held[Definition]:
        if not version or self.holder is None:
            return self.held
        return self.holder.definition(self.definition_id, version)

    def _lacks(self, name: str, parameter: Parameter) -> bool:
        return not parameter.has_default and name not in {given.lower() for given in self.parameters}


@dataclass(slots=True, eq=False)
class Bound:
    """What is assigned, with the values of its parameters."""

    members: tuple[Member, ...]
    problems: tuple[Unresolved, ...] = ()
    """References that lead nowhere and values that cannot be passed: what is not judged because of it."""
    initiative: Initiative | None = None
    """None where one definition is assigned."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """The values of the initiative's parameters by lower-case name."""

    @property
    def groups(self) -> Mapping[str, Group]:
        """The groups that its policies are sorted by."""
        return self.initiative.groups if self.initiative is not None else {}


def with_effect(definition: Definition, effect: str) -> Definition:
    """The same definition with another effect."""
    rule = msgspec.structs.replace(definition.rule, effect=Operand(effect))
    return msgspec.structs.replace(definition, rule=rule)


def fixed_effect(policy: Policy) -> str:
    """The effect that a policy has whatever the resource is; empty when it depends on it, or is none."""
    effect = policy.definition.rule.effect
    if not is_constant(effect):
        return ""
    try:
        value = Site(policy.bound, "").value(effect, None)
    except EvaluationError:
        return ""
    return EFFECT_NAMES.get(value.lower(), "") if isinstance(value, str) else ""


def missing_parameters(
    parameters: Mapping[str, Parameter], given: Mapping[str, Any] | None = None
) -> tuple[Parameter, ...]:
    """The parameters that have neither a value nor a default: without them nothing can be assigned."""
    names = {name.lower() for name in given or {}}
    return tuple(item for key, item in parameters.items() if not item.has_default and key not in names)


def bind(
    holder: Holder,
    definition_id: str,
    given: Mapping[str, Any] | None = None,
    *,
    version: str = "",
    context: EvaluationContext | None = None,
) -> Bound:
    """Bring a definition or an initiative to bear, as an assignment with the parameters `given` does.

    Parameters without a value are holes that name them.

    Raises:
        DanglingError: when it is not held.
        DefinitionError: when it is not valid, a parameter is not declared, or its value does not fit.

    """
    base = context if context is not None else EvaluationContext()
    if is_initiative_id(holder, definition_id, version):
        return bind_initiative(holder, holder.initiative(definition_id, version).value, given, context=base)
    held = holder.definition(definition_id, version)
    member = Member("", definition_id, held, dict(given or {}), replace(base, definition_id=definition_id), (), holder)
    return Bound((member,))


def is_initiative_id(holder: Holder, id: str, version: str = "") -> bool:
    """Whether an id or a name is that of an initiative; a name that both have is the definition's.

    Raises:
        DanglingError: when a name is neither.

    """
    if "/" in id:
        return INITIATIVE_MARK in id.lower()
    try:
        holder.definition(id, version)
    except DanglingError:
        holder.initiative(id, version)
        return True
    return False


def bind_initiative(
    holder: Holder,
    initiative: Initiative,
    given: Mapping[str, Any] | None = None,
    *,
    context: EvaluationContext | None = None,
) -> Bound:
    """Bring an initiative to bear. What a reference cannot give is a problem of this one reference.

    Raises:
        DefinitionError: when a parameter is not declared, or its value does not fit.

    """
    base = context if context is not None else EvaluationContext()
    values = initiative_values(initiative, given)
    passing = Passing(values)
    members: list[Member] = []
    problems: list[Unresolved] = []
    for reference in initiative.references:
        here = replace(
            base,
            definition_id=reference.definition_id,
            set_definition_id=initiative.id or initiative.name,
            definition_reference_id=reference.id,
        )
        try:
            held = holder.definition(reference.definition_id, reference.version)
            passed = passing.to(reference)
        except ProblemError as problem:
            problems.append(unresolved(initiative, reference.id, problem))
            continue
        members.append(Member(reference.id, reference.definition_id, held, passed, here, reference.groups, holder))
    return Bound(tuple(members), tuple(problems), initiative, values)


def unresolved(initiative: Initiative, reference_id: str, problem: ProblemError) -> Unresolved:
    """A reference whose policy is not judged, and why."""
    origin = initiative.origin
    if origin is None and initiative.file is not None:
        origin = Origin(source="policy", file=initiative.file)
    return Unresolved(
        subject=f"reference `{reference_id}` of the initiative `{initiative.title}`",
        reason=problem.message,
        origin=origin,
        help=problem.help,
        incomplete=True,
    )


def initiative_values(initiative: Initiative, given: Mapping[str, Any] | None) -> dict[str, Value]:
    """The value of each parameter by lower-case name: what was given, else the default, else a hole.

    Raises:
        DefinitionError: when a name is not declared, or a value does not fit.

    """
    values: dict[str, Value] = {}
    place = Origin(source="policy", file=initiative.file)
    for name, value in (given or {}).items():
        declared = initiative.parameters.get(name.lower())
        if declared is None:
            known = tuple(parameter.name for parameter in initiative.parameters.values())
            advice = did_you_mean(name, known) if known else "it has no parameters"
            raise DefinitionError(f"the initiative has no parameter `{name}`", origin=place, help=advice)
        problem = check_value(declared, value)
        if problem is not None:
            advice = "give a value that the initiative allows"
            raise DefinitionError(f"the value of the parameter `{name}` {problem}", origin=place, help=advice)
        values[name.lower()] = value
    for key, parameter in initiative.parameters.items():
        if key not in values:
            values[key] = parameter.default if parameter.has_default else _hole(parameter.name)
    return values


def _hole(name: str) -> Unknown:
    return Unknown(reason="a parameter of the initiative has no value", decided_by=(f"parameter {name}",))


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """A role that the identity of an assignment needs, so that its policies can repair what they find."""

    role_id: str
    """The id of the role definition, as the policy names it."""
    scope: str
    """Where it is needed."""
    reference_ids: tuple[str, ...]
    """The policies that need it."""


def needed_roles(members: Iterable[Member], scope: str) -> tuple[RoleNeed, ...]:
    """The roles that remediation needs: those the policies name, in the scope of the assignment and in that of every
    parameter which is marked to need permissions.

    Raises:
        DefinitionError: when a definition is not valid.

    """
    needs: dict[tuple[str, str], tuple[str, str, dict[str, None]]] = {}
    for member in members:
        for place in (scope, *_places(member)):
            for role in role_ids(member.definition):
                key = (role.lower(), place.lower())
                needs.setdefault(key, (role, place, {}))[2][member.name] = None
    return tuple(RoleNeed(role, place, tuple(names)) for role, place, names in needs.values())


def role_ids(definition: Definition) -> tuple[str, ...]:
    """The roles that a definition names for its remediation."""
    details = definition.rule.details
    if not isinstance(details, Mapping):
        return ()
    found = next((value for key, value in details.items() if key.lower() == "roledefinitionids"), None)
    return tuple(item for item in found or () if isinstance(item, str)) if isinstance(found, list) else ()


def _places(member: Member) -> tuple[str, ...]:
    """The ids that stand in parameters for which `assignPermissions` is declared."""
    given = {name.lower(): value for name, value in member.parameters.items()}
    found: list[str] = []
    for key, parameter in member.definition.parameters.items():
        if str(parameter.metadata.get("assignPermissions", "")).lower() == "true":
            value = given.get(key, parameter.default)
            if isinstance(value, str) and value.startswith("/"):
                found.append(value)
    return tuple(found)

"""Rules about the effect: whether the mode has it, whether its details are there, and who may carry it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from everward.expressions import is_expression
from everward.policy.lint.document import Document, Member, member_of
from everward.policy.lint.names import operations
from everward.policy.lint.registry import Surroundings, rule
from everward.policy.lint.remark import Complaint, Fix, Severity
from everward.policy.parser import EFFECT_NAMES, EFFECTS, EXISTENCE_EFFECTS
from everward.policy.positions import JsonPath
from everward.policy.problem import did_you_mean

_MANAGER_ONLY: Final = frozenset(
    {"append", "modify", "auditIfNotExists", "deployIfNotExists", "manual", "denyAction", "auditAction"}
)
"""Effects of the Resource Manager modes alone."""
_PROVIDER_ONLY: Final = {
    "mutate": ("microsoft.kubernetes.data",),
    "enforceRegoPolicy": ("microsoft.containerservice.data",),
    "enforceOPAConstraint": ("microsoft.kubernetes.data", "microsoft.containerservice.data"),
    "enforceSetting": ("microsoft.machinelearningservices.data",),
    "addToNetworkGroup": ("microsoft.network.data",),
}
"""Effects that only some modes of providers have."""
_FAMILIES: Final = (
    frozenset({"audit", "deny", "append", "modify"}),
    frozenset({"auditIfNotExists", "deployIfNotExists"}),
)
"""Effects that may stand in for one another, beside disabled, which may stand in for any."""
_ROLES: Final = frozenset({"modify", "deployIfNotExists"})
_ROLE: Final = re.compile(
    r"(?:/subscriptions/[^/]+)?/providers/microsoft\.authorization/roledefinitions/"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@rule("effect-mode", Severity.ERROR, "The effect can be used with the mode")
def effect_mode(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Each mode has its own effects; a definition that mixes them is rejected, or never acts."""
    mode, place = document.mode, document.part("mode")
    if document.kind == "rule" or document.effect is None:
        return
    where = place.path if place is not None else document.effect.path
    for effect in document.effects:
        modes = _PROVIDER_ONLY.get(effect)
        if modes is not None and mode.lower() not in modes:
            yield Complaint(
                f"the effect `{effect}` cannot be used with the mode `{mode}`", where, f"it needs {' or '.join(modes)}"
            )
        elif effect in _MANAGER_ONLY and document.of_provider:
            yield Complaint(
                f"the effect `{effect}` cannot be used with the mode `{mode}`",
                where,
                "it needs the mode All or Indexed",
            )
    if "denyAction" in document.effects and mode == "All":
        found = document.detail("cascadeBehaviors")
        if found is not None:
            yield Complaint("`cascadeBehaviors` needs the mode `Indexed`", found.path, "set `mode` to `Indexed`")


@rule("effect-choice", Severity.ERROR, "The effects to choose from exist and can stand in for one another")
def effect_choice(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """One set of details cannot serve effects of two families."""
    parameter = document.effect_parameter
    if parameter is None:
        return
    for name in ("allowedValues", "defaultValue"):
        found = member_of(parameter.value, name, parameter.path)
        for value, path in _each(found):
            if not isinstance(value, str) or value.lower() not in EFFECT_NAMES:
                yield Complaint(f"`{value}` is no effect", path, did_you_mean(str(value), EFFECTS))
    allowed = member_of(parameter.value, "allowedValues", parameter.path)
    if allowed is None:
        yield Complaint(
            f"any text can be given for the effect `{parameter.key}`",
            parameter.path,
            "add `allowedValues` with the effects that the rule is written for",
            Severity.WARNING,
        )
    chosen = [effect for effect in document.effects if effect != "disabled"]
    families = {
        next((index for index, family in enumerate(_FAMILIES) if effect in family), effect) for effect in chosen
    }
    if len(families) > 1 and allowed is not None:
        yield Complaint(
            f"{' and '.join(f'`{effect}`' for effect in chosen)} cannot stand in for one another",
            allowed.path,
            "keep effects of one kind: audit, deny, modify or append; or auditIfNotExists and deployIfNotExists",
            Severity.WARNING,
        )


def _each(found: Member | None) -> Iterator[tuple[Any, JsonPath]]:
    if found is None or found.value is None:
        return
    if isinstance(found.value, list):
        yield from ((item, (*found.path, index)) for index, item in enumerate(found.value))
    else:
        yield found.value, found.path


@rule("missing-role", Severity.ERROR, "modify and deployIfNotExists name the roles that their repair needs")
def missing_role(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """The identity of the assignment gets these roles; without them a remediation can change nothing."""
    needing = [effect for effect in document.effects if effect in _ROLES]
    if not needing or document.details is None or document.of_provider:
        return
    roles = document.detail("roleDefinitionIds")
    advice = "add `roleDefinitionIds`: the ids of the built-in roles with the least rights that suffice"
    if roles is None or roles.value in (None, []):
        yield Complaint(
            f"`{needing[0]}` names no role, so its remediation may change nothing",
            roles.path if roles is not None else document.details.path,
            advice,
        )
    elif not isinstance(roles.value, list):
        yield Complaint("`roleDefinitionIds` is not an array", roles.path, "give an array of role ids")
    else:
        yield from _roles(document, roles)


def _roles(document: Document, roles: Member) -> Iterator[Complaint]:
    for index, item in enumerate(roles.value):
        where = (*roles.path, index)
        if isinstance(item, str) and (_ROLE.fullmatch(item) or is_expression(item)):
            continue
        if isinstance(item, str) and _GUID.fullmatch(item):
            whole = f"/providers/Microsoft.Authorization/roleDefinitions/{item}"
            edit = document.replace_value(where, whole)
            yield Complaint(
                f"`{item}` is not the whole id of a role",
                where,
                f"write `{whole}`",
                fix=Fix(f"write `{whole}`", (edit,)) if edit is not None else None,
            )
            continue
        yield Complaint(
            f"`{item}` is not the id of a role",
            where,
            "write `/providers/Microsoft.Authorization/roleDefinitions/` and the role's GUID",
        )


@rule("effect-details", Severity.ERROR, "The details have what the effect needs, and nothing that it does not know")
def effect_details(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """What Azure rejects when a definition is created."""
    if document.effect is None or document.of_provider:
        return
    effects, details = set(document.effects), document.details
    needing = sorted(effects & {"append", "modify", "denyAction", *EXISTENCE_EFFECTS})
    if details is None:
        if needing:
            yield Complaint(f"`{needing[0]}` needs `details`", document.effect.path, _NEEDS[needing[0]])
        return
    if "modify" in effects:
        yield from _modify(document, details)
    if "append" in effects and "modify" not in effects:
        yield from _append(details)
    if effects & EXISTENCE_EFFECTS:
        yield from _existence(document, details, effects)
    if "denyAction" in effects:
        yield from _deny_action(document, details)
    if "manual" in effects:
        yield from _choice(document, "defaultState", ("Unknown", "Compliant", "NonCompliant"))
    if effects and effects <= {"audit", "deny", "disabled"}:
        yield Complaint(
            f"`{document.effect.value}` has no details in this mode: they do nothing",
            details.path,
            "remove them",
            Severity.WARNING,
        )


_NEEDS: Final = {
    "append": "an array of objects with `field` and `value`",
    "modify": "an object with `roleDefinitionIds` and `operations`",
    "denyAction": 'an object with `actionNames`: ["delete"]',
    "auditIfNotExists": "an object with the `type` of the related resource",
    "deployIfNotExists": "an object with `type`, `roleDefinitionIds` and `deployment`",
}


def _modify(document: Document, details: Member) -> Iterator[Complaint]:
    found = document.detail("operations")
    if found is None or not isinstance(found.value, list) or not found.value:
        yield Complaint(
            "`modify` has no `operations`",
            found.path if found is not None else details.path,
            "add an array of objects with `operation`, `field` and `value`",
        )
        return
    yield from _choice(document, "conflictEffect", ("audit", "deny", "disabled"))
    for item in operations(document):
        yield from _operation(item)


def _operation(item: Member) -> Iterator[Complaint]:
    name, target, value = (member_of(item.value, key, item.path) for key in ("operation", "field", "value"))
    known = ("add", "addOrReplace", "remove")
    if name is None:
        yield Complaint("the operation has no `operation`", item.path, f"one of {', '.join(known)}")
        return
    given = name.value.lower() if isinstance(name.value, str) else ""
    if given not in {item.lower() for item in known} and not is_expression(str(name.value)):
        yield Complaint(f"`{name.value}` is no operation", name.path, did_you_mean(str(name.value), known))
        return
    if target is None or not isinstance(target.value, str):
        yield Complaint("the operation has no `field`", item.path, "name the tag or the alias that it writes")
        return
    of_tag = target.value.lower().startswith(("tags", "[concat('tags"))
    if given == "remove" and not of_tag and not is_expression(target.value):
        yield Complaint(
            f"`remove` cannot be used on `{target.value}`", target.path, "only tags can be removed; use addOrReplace"
        )
    if given != "remove" and value is None:
        yield Complaint(f"`{name.value}` has no `value`", item.path, "add the value that it writes")
    if given == "remove" and value is not None:
        yield Complaint("`remove` takes no `value`", value.path, "leave the value out", Severity.WARNING)


def _append(details: Member) -> Iterator[Complaint]:
    if not isinstance(details.value, list):
        yield Complaint("the details of `append` are not an array", details.path, _NEEDS["append"])
        return
    for index, item in enumerate(details.value):
        where = (*details.path, index)
        missing = [name for name in ("field", "value") if member_of(item, name, where) is None]
        if missing:
            yield Complaint(f"the entry has no `{missing[0]}`", where, _NEEDS["append"])


def _existence(document: Document, details: Member, effects: set[str]) -> Iterator[Complaint]:
    if not isinstance(details.value, dict):
        return  # told as malformed
    if "deployIfNotExists" in effects:
        found = document.detail("deployment")
        properties = member_of(found.value, "properties", found.path) if found is not None else None
        if found is None:
            yield Complaint("`deployIfNotExists` has no `deployment`", details.path, _NEEDS["deployIfNotExists"])
        elif properties is None or not any(
            member_of(properties.value, name, ()) is not None for name in ("template", "templateLink")
        ):
            yield Complaint("the deployment has no template", found.path, "add `properties.template`")
        elif member_of(properties.value, "mode", ()) is None:
            yield Complaint("the deployment has no `mode`", properties.path, "add `mode`: `incremental`")
        yield from _choice(document, "deploymentScope", ("Subscription", "ResourceGroup"))
    empty = document.detail("existenceCondition")
    if empty is not None and empty.value == {}:
        yield Complaint(
            "the existence condition is empty",
            empty.path,
            "remove it: any resource of the type then suffices",
            Severity.WARNING,
        )


def _deny_action(document: Document, details: Member) -> Iterator[Complaint]:
    found = document.detail("actionNames")
    if found is None:
        yield Complaint("`denyAction` names no action", details.path, 'add `actionNames`: ["delete"]')
        return
    for value, path in _each(found):
        if not isinstance(value, str) or value.lower() != "delete":
            yield Complaint(f"`{value}` is no action that can be denied", path, "only `delete` can be")


def _choice(document: Document, name: str, known: tuple[str, ...]) -> Iterator[Complaint]:
    found = document.detail(name)
    if found is None or (isinstance(found.value, str) and is_expression(found.value)):
        return
    if not isinstance(found.value, str) or found.value.lower() not in {item.lower() for item in known}:
        yield Complaint(f"`{found.value}` is no `{name}`", found.path, did_you_mean(str(found.value), known))

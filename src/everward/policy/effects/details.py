"""The details of effects: what append, modify, deployIfNotExists, denyAction and manual are told.

Where a parameter decides the effect, the shape of the details says which family of effects is meant. What is missing
is no fault here, because the effect may never need it; what is there must have the right shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from everward.policy.nodes import NO_DETAILS, Details, Operand, Operation, Rule
from everward.policy.parser import Fault, keys_of, operand, part
from everward.policy.positions import JsonPath
from everward.policy.problem import did_you_mean

CONFLICT_EFFECTS: Final = ("audit", "deny", "disabled")
DEPLOYMENT_SCOPES: Final = ("ResourceGroup", "Subscription")
DEFAULT_STATES: Final = ("Unknown", "Compliant", "NonCompliant", "Non-compliant")
"""The last spelling is that of Azure's page on the effect."""
CASCADES: Final = ("allow", "deny")
PROVISIONING: Final = ("AfterProvisioning", "AfterProvisioningSuccess", "AfterProvisioningFailure")
ACTIONS: Final = ("delete",)
MAX_DELAY_MINUTES: Final = 360

_WITH_IDENTITY: Final = frozenset({"microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets"})
_SHAPED: Final = (None, "audit", "deny", "disabled")
"""Effects beside which the details may be meant for another one."""
_OPERATIONS: Final = {"add": "add", "addorreplace": "addOrReplace", "remove": "remove"}
_DURATION: Final = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?", re.IGNORECASE | re.ASCII)

Keys = dict[str, str]
Reader = Callable[[Mapping[str, Any], Keys, JsonPath], Details]


def read_details(rule: Rule) -> Details:
    """Read what a rule's effect is told.

    Raises:
        Fault: where it has another shape than the effect asks for.

    """
    raw, path = rule.details, (*rule.path, "details")
    if raw is None:
        return NO_DETAILS
    effect = str(rule.effect.raw).lower() if rule.effect.literal else None
    if isinstance(raw, list) and effect in (*_SHAPED, "append"):
        return Details(operations=tuple(_appended(item, (*path, index)) for index, item in enumerate(raw)))
    if not isinstance(raw, dict):
        if effect in _READERS:
            raise Fault(f"the details of `{rule.effect.raw}` are not an object", path, "write an object in braces")
        return NO_DETAILS
    keys = keys_of(raw, path)
    # An assignment may override the effect: what is written for another one is read by its shape.
    reader = _READERS.get(_family(keys) if effect in _SHAPED else str(effect))
    return NO_DETAILS if reader is None else reader(raw, keys, path)


def _family(keys: Keys) -> str:
    if "operations" in keys:
        return "modify"
    if "type" in keys:
        return "deployifnotexists"
    if "actionnames" in keys:
        return "denyaction"
    if "defaultstate" in keys:
        return "manual"
    return "addtonetworkgroup" if "networkgroupid" in keys else ""


def _appended(item: Any, path: JsonPath) -> Operation:
    keys = keys_of(_object(item, path, "what is appended"), path)
    for needed in ("field", "value"):
        if needed not in keys:
            raise Fault(f"what is appended has no `{needed}`", path, "give `field` and `value`")
    value = operand(item[keys["value"]], (*path, keys["value"]))
    return Operation("append", _field(item, keys, path), value, None, path)


def _modify(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> Details:
    operations: tuple[Operation, ...] = ()
    if "operations" in keys:
        below = (*path, keys["operations"])
        listed = raw[keys["operations"]]
        if not isinstance(listed, list):
            raise Fault("`operations` is not an array", below, "list objects with `operation`, `field` and `value`")
        operations = tuple(_operation(item, (*below, index)) for index, item in enumerate(listed))
    return Details(
        operations=operations,
        conflict=_choice(raw, keys, "conflicteffect", path, CONFLICT_EFFECTS),
        roles=_roles(raw, keys, path),
    )


def _operation(item: Any, path: JsonPath) -> Operation:
    keys = keys_of(_object(item, path, "an operation"), path)
    if "operation" not in keys:
        raise Fault("the operation has no `operation`", path, "known are add, addOrReplace, remove")
    spelt = item[keys["operation"]]
    kind = _OPERATIONS.get(spelt.lower()) if isinstance(spelt, str) else None
    if kind is None:
        known = tuple(_OPERATIONS.values())
        advice = did_you_mean(spelt, known) if isinstance(spelt, str) else f"known are {', '.join(known)}"
        raise Fault(f"`{spelt}` is no operation", (*path, keys["operation"]), advice)
    name = _field(item, keys, path)
    if kind == "remove":
        if name.literal and not is_tag(str(name.raw)):
            raise Fault("only tags can be removed", (*path, keys["field"]), "use `addOrReplace` for properties")
        value = Operand(None)
    elif "value" in keys:
        value = operand(item[keys["value"]], (*path, keys["value"]))
    else:
        raise Fault(f"`{spelt}` needs a `value`", path, "add `value`")
    condition = None
    if "condition" in keys:
        below = (*path, keys["condition"])
        if not isinstance(item[keys["condition"]], str | bool):
            raise Fault("the condition of an operation is not an expression", below, "write `[…]`, or true or false")
        condition = operand(item[keys["condition"]], below)
    return Operation(kind, name, value, condition, path)


def is_tag(field: str) -> bool:
    """Whether a field names a tag."""
    return field.lower().startswith(("tags.", "tags["))


def is_plain_path(field: str) -> bool:
    """Whether a field to change is written as a path of the body, which operations may name without an alias."""
    return field.lower().startswith("properties.")


def changes_foreign_identity(details: Details, type_key: str) -> bool:
    """Whether an operation is on the kind of identity of a resource that is no virtual machine and no scale set."""
    if type_key in _WITH_IDENTITY:
        return False
    return any(item.field.literal and str(item.field.raw).lower() == "identity.type" for item in details.operations)


def _field(item: Mapping[str, Any], keys: Keys, path: JsonPath) -> Operand:
    if "field" not in keys:
        raise Fault("the operation names no `field`", path, "name a tag or an alias")
    name = item[keys["field"]]
    if not isinstance(name, str) or not name:
        raise Fault("`field` is not the name of a field", (*path, keys["field"]), "name a tag or an alias, as a text")
    return operand(name, (*path, keys["field"]))


def _deployment(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> Details:
    deployment: Mapping[str, Any] | None = None
    parameters: dict[str, Operand] = {}
    if "deployment" in keys:
        below = (*path, keys["deployment"])
        deployment = _object(raw[keys["deployment"]], below, "the deployment")
        parameters = _deployment_parameters(deployment, below)
    delay = _text(raw, keys, "evaluationdelay", path)
    if delay is not None and delay.literal:
        wrong = delay_fault(str(delay.raw))
        if wrong is not None:
            raise Fault(wrong, (*path, keys["evaluationdelay"]), f"give {', '.join(PROVISIONING)} or such as `PT15M`")
    return Details(
        roles=_roles(raw, keys, path),
        delay=delay,
        deployment_scope=_choice(raw, keys, "deploymentscope", path, DEPLOYMENT_SCOPES),
        deployment=deployment,
        deployment_parameters=parameters,
    )


def _deployment_parameters(deployment: Mapping[str, Any], path: JsonPath) -> dict[str, Operand]:
    keys = keys_of(deployment, path)
    if "properties" not in keys:
        return {}
    below = (*path, keys["properties"])
    properties = _object(deployment[keys["properties"]], below, "the properties of the deployment")
    inner = keys_of(properties, below)
    if part(properties, inner, "parameters") is None:
        return {}
    at = (*below, inner["parameters"])
    parameters = _object(properties[inner["parameters"]], at, "the parameters of the deployment")
    return {
        name: operand(_object(given, (*at, name), "a parameter of the deployment"), (*at, name))
        for name, given in parameters.items()
    }


def delay_fault(text: str) -> str | None:
    """What is wrong with an evaluation delay; None when it is one."""
    if text.lower() in {known.lower() for known in PROVISIONING}:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        return f"`{text}` is no evaluation delay"
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours * 3600 + minutes * 60 + seconds > MAX_DELAY_MINUTES * 60:
        return f"`{text}` is longer than {MAX_DELAY_MINUTES} minutes"
    return None


def _deny_action(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> Details:
    actions: list[str] = []
    if "actionnames" in keys:
        below = (*path, keys["actionnames"])
        listed = raw[keys["actionnames"]]
        if not isinstance(listed, list):
            raise Fault("`actionNames` is not an array", below, 'write `["delete"]`')
        for index, name in enumerate(listed):
            if not isinstance(name, str) or name.lower() not in ACTIONS:
                raise Fault(f"`{name}` is no action that can be denied", (*below, index), "known is delete")
            actions.append(name.lower())
    cascade: dict[str, Operand] = {}
    if part(raw, keys, "cascadebehaviors") is not None:
        below = (*path, keys["cascadebehaviors"])
        behaviors = _object(raw[keys["cascadebehaviors"]], below, "`cascadeBehaviors`")
        inner = keys_of(behaviors, below)
        for key, spelt in inner.items():
            if key != "resourcegroup":
                raise Fault(f"`{spelt}` has no cascade behaviour", (*below, spelt), "known is resourceGroup")
            chosen = _choice(behaviors, inner, key, below, CASCADES)
            if chosen is not None:
                cascade[key] = chosen
    return Details(actions=tuple(actions), cascade=cascade)


def _manual(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> Details:
    return Details(default_state=_choice(raw, keys, "defaultstate", path, DEFAULT_STATES))


def _network_group(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> Details:
    return Details(network_group=_text(raw, keys, "networkgroupid", path))


_READERS: Final[dict[str, Reader]] = {
    "modify": _modify,
    "deployifnotexists": _deployment,
    "auditifnotexists": _deployment,
    "denyaction": _deny_action,
    "manual": _manual,
    "addtonetworkgroup": _network_group,
}


def _roles(raw: Mapping[str, Any], keys: Keys, path: JsonPath) -> tuple[Operand, ...]:
    if "roledefinitionids" not in keys:
        return ()
    below = (*path, keys["roledefinitionids"])
    listed = raw[keys["roledefinitionids"]]
    if not isinstance(listed, list) or not all(isinstance(role, str) for role in listed):
        raise Fault("`roleDefinitionIds` is not an array of texts", below, "list the ids of role definitions")
    return tuple(operand(role, (*below, index)) for index, role in enumerate(listed))


def _text(raw: Mapping[str, Any], keys: Keys, key: str, path: JsonPath) -> Operand | None:
    if key not in keys:
        return None
    value = raw[keys[key]]
    if not isinstance(value, str):
        raise Fault(f"`{keys[key]}` is not a text", (*path, keys[key]), "write a text in quotes")
    return operand(value, (*path, keys[key]))


def _choice(raw: Mapping[str, Any], keys: Keys, key: str, path: JsonPath, known: tuple[str, ...]) -> Operand | None:
    chosen = _text(raw, keys, key, path)
    if chosen is not None and chosen.literal and choose(str(chosen.raw), known) is None:
        raise Fault(f"`{chosen.raw}` is no value of `{keys[key]}`", (*path, keys[key]), f"known are {', '.join(known)}")
    return chosen


def choose(text: str, known: tuple[str, ...]) -> str | None:
    """The known word that a text spells, without case; None when it spells none."""
    return next((word for word in known if word.lower() == text.lower()), None)


def _object(node: Any, path: JsonPath, what: str) -> Mapping[str, Any]:
    if not isinstance(node, dict):
        raise Fault(f"{what} is not an object", path, "write an object in braces")
    return node

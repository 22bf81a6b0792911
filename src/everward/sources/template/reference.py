"""What `reference` gives: of resources of the template what the template says, of nested deployments their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from everward.estate import Resource
from everward.expressions import ExpressionError, OpenObject, quote
from everward.expressions.symbols import symbolic
from everward.values import Unknown, Value

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment
    from everward.sources.template.instance import Instance

AT_RUN_TIME: Final = "known only at run time"


def reference(deployment: Deployment, arguments: list[Value]) -> Value:
    """The properties of a resource, or with `'Full'` the whole of it; what the template does not say is a hole."""
    target = arguments[0] if arguments else None
    full = len(arguments) > 2 and isinstance(arguments[2], str) and arguments[2].lower() == "full"
    if isinstance(target, OpenObject) or not isinstance(target, str | Unknown):
        raise ExpressionError("`reference` takes the name or the id of a resource")
    name = symbolic(target)
    run = deployment.run
    run.speculations += 1
    try:
        return _resolve(deployment, target, name, full)
    finally:
        run.speculations -= 1


def _resolve(deployment: Deployment, target: str | Unknown, name: str, full: bool) -> Value:
    found = deployment.lookup(name)
    if found is None:
        live = deployment.run.live.find(name) if name[:1] == "/" else None
        if live is not None:
            return _of_live(live, full)
        known = not isinstance(target, Unknown) or target.reference is not None
        return _elsewhere(name) if known else Unknown(reason=AT_RUN_TIME, decided_by=_deciders(target))
    return describe(found, full=full)


def _deciders(value: Value) -> tuple[str, ...]:
    return value.decided_by if isinstance(value, Unknown) else ()


def references(deployment: Deployment, arguments: list[Value]) -> Value:
    """The properties of all instances of a loop, in its order, without those whose condition is false."""
    name = arguments[0] if arguments else None
    if not isinstance(name, str):
        return Unknown(reason=AT_RUN_TIME)
    full = len(arguments) > 1 and isinstance(arguments[-1], str) and arguments[-1].lower() == "full"
    instances = deployment.collection(name)
    if instances is None:
        return Unknown(reason=AT_RUN_TIME)
    out: list[Value] = []
    for instance in instances:
        if instance.condition is False:
            continue
        if isinstance(instance.condition, Unknown) or instance.cardinality is not None:
            out.append(Unknown(reason="the number of instances is not known", many=True))
        else:
            deployment.run.speculations += 1
            try:
                out.append(describe(instance, full=full))
            finally:
                deployment.run.speculations -= 1
    return out


def resource_info(deployment: Deployment, name: str) -> Value:
    """Id, name and type of a resource by its symbolic name.

    Raises:
        ExpressionError: when there is none of that name.

    """
    found = deployment.lookup(name)
    if found is None:
        raise ExpressionError(f"there is no resource `{name}` here")
    return {
        "id": found.id_value(),
        "name": found.name_value,
        "type": found.type,
        "apiVersion": found.declaration.text("apiversion"),
    }


def _elsewhere(name: str) -> Value:
    """A resource that no template declares: what there is of it, Azure knows."""
    return Unknown(reason=f"{AT_RUN_TIME}: the resource is not in the template", decided_by=(name,))


def describe(instance: Instance, *, full: bool) -> Value:
    """What is known of an instance before it is deployed."""
    if instance.condition is not False and not instance.busy:
        known = instance.described_full if full else instance.described
        if known is None:
            known = _describe(instance, full=full)
            if full:
                instance.described_full = known
            else:
                instance.described = known
        return known
    return _describe(instance, full=full)


def _describe(instance: Instance, *, full: bool) -> Value:
    if instance.condition is False:
        return Unknown(reason="its condition is false: it is not deployed")
    if instance.busy:
        return Unknown(reason="a cycle of references")
    if instance.existing:
        return _existing(instance, full)
    if not full:
        return _properties(instance)
    whole = instance.body()
    hole = _hole(instance, full)
    members = {key: _opened(value, hole, f".{key}") for key, value in whole.items() if value is not None}
    members["properties"] = _properties(instance)
    identity = members.get("identity")
    if isinstance(identity, OpenObject):
        for key in ("principalId", "tenantId"):
            identity.pop(key, None)
    members["resourceId"] = instance.unqualified
    scope = instance.target or instance.deployment.scope
    if scope.subscription is not None:
        members["subscriptionId"] = scope.subscription
    if scope.group is not None:
        members["resourceGroupName"] = scope.group
    return OpenObject(members, hole)


def _hole(instance: Instance, full: bool) -> Unknown:
    version = instance.declaration.text("apiversion")
    arguments = [f"'{instance.id}'", f"'{version}'" if version else "''", "'Full'"]
    text = f"[reference({', '.join(arguments if full else arguments[: 2 if version else 1])})]"
    return Unknown(reason=AT_RUN_TIME, text=text, present=True)


def _of_live(resource: Resource, full: bool) -> Value:
    """What an inventory says of a resource; what it does not say is a hole."""
    rest = ", '', 'Full'" if full else ""
    text = f"[reference({quote(resource.id)}{rest})]"
    hole = Unknown(reason=f"{AT_RUN_TIME}: the inventory does not say it", decided_by=(resource.id,), text=text)
    if full:
        return _opened({**resource.body, "resourceId": resource.id}, hole, "")
    properties = resource.properties
    return _opened(properties, hole, "") if isinstance(properties, dict) else hole


def _existing(instance: Instance, full: bool) -> Value:
    live = instance.deployment.run.live.find(instance.id)
    if live is not None:
        return _of_live(live, full)
    hole = _hole(instance, full)
    return Unknown(
        reason=f"{AT_RUN_TIME}: the resource exists already", decided_by=(instance.id,), text=hole.text, present=True
    )


def _properties(instance: Instance) -> Value:
    hole = _hole(instance, False)
    child = instance.child
    if child is not None:
        return OpenObject({"outputs": child.outputs()}, hole)
    properties = instance.body().get("properties")
    if isinstance(properties, Unknown):
        return properties
    return _opened(properties if isinstance(properties, dict) else {}, hole, "")


def _opened(value: Value, hole: Unknown, path: str) -> Value:
    """A value in which every object may have more members than are known; null may be filled in by Azure."""
    if isinstance(value, dict):
        base = (hole.text or "[]")[:-1]
        inner = Unknown(reason=hole.reason, text=f"{base}{path}]", present=True)
        return OpenObject(
            {key: _opened(item, hole, f"{path}.{key}") for key, item in value.items() if item is not None}, inner
        )
    if isinstance(value, list):
        return [_opened(item, hole, f"{path}[{index}]") for index, item in enumerate(value)]
    return value

"""From instances to the resources of a reading."""

from __future__ import annotations

from everward.estate import RESOURCE_GROUP_TYPE, Reading
from everward.sources.located import LocatedResource
from everward.sources.template.deployment import Deployment
from everward.sources.template.document import PLACES
from everward.sources.template.environment import TOO_DEEP
from everward.sources.template.instance import Instance, counted_within, joined
from everward.values import Truth, Unknown, Value

_GROUP = "microsoft.resources/resourcegroups"


def emit(root: Deployment, reading: Reading) -> None:
    """Add every resource of a deployment, and of those nested in it, that is or may be deployed."""
    pending: list[tuple[Deployment, Truth, Unknown | None]] = [(root, True, None)]
    while pending:
        deployment, condition, cardinality = pending.pop()
        nested: list[tuple[Deployment, Truth, Unknown | None]] = []
        for instance in deployment.instances():
            exists = _both(condition, instance.condition)
            if exists is False or instance.existing:
                continue
            count = counted_within(cardinality, instance.cardinality)
            reading.resources.append(_resource(instance, exists, count))
            child = instance.child
            if child is not None:
                nested.append((child, exists, count))
        try:
            deployment.finish()
        except RecursionError:
            deployment.run.problems.add(deployment.site, TOO_DEEP)
        pending.extend(reversed(nested))


def _both(around: Truth, own: Truth) -> Truth:
    """Whether a resource exists: the condition of the deployment around it and its own; a text says which they are."""
    if isinstance(around, Unknown) and isinstance(own, Unknown):
        return joined(around, own)
    if isinstance(around, Unknown):
        return around if own else False
    return own if around else False


def _resource(instance: Instance, exists: Truth, cardinality: Unknown | None) -> LocatedResource:
    try:
        body = instance.closed_body()
    except RecursionError:
        instance.deployment.run.problems.add(instance.site, TOO_DEEP)
        hole: Value = Unknown(reason=TOO_DEEP)
        body = {"properties": hole}
    kind = RESOURCE_GROUP_TYPE if instance.type.lower() == _GROUP else instance.type
    return LocatedResource(
        instance.id, kind, instance.name, body, PLACES, instance.site, condition=exists, cardinality=cardinality
    )

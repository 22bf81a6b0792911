"""From instances to the resources of a reading."""

from __future__ import annotations

from everward.estate import RESOURCE_GROUP_TYPE, Reading
from everward.sources.located import LocatedResource
from everward.sources.template.deployment import TOO_DEEP, Deployment
from everward.sources.template.document import PLACES
from everward.sources.template.instance import Instance
from everward.values import Truth, Unknown, Value, all_of

_GROUP = "microsoft.resources/resourcegroups"


def emit(root: Deployment, reading: Reading) -> None:
    """Add every resource of a deployment, and of those nested in it, that is or may be deployed."""
    pending: list[tuple[Deployment, Truth, Unknown | None]] = [(root, True, None)]
    while pending:
        deployment, condition, cardinality = pending.pop()
        nested: list[tuple[Deployment, Truth, Unknown | None]] = []
        for instance in deployment.instances():
            exists = all_of([condition, instance.condition])
            if exists is False or instance.existing:
                continue
            count = cardinality if instance.cardinality is None else instance.cardinality
            reading.resources.append(_resource(instance, exists, count))
            child = instance.child
            if child is not None:
                nested.append((child, exists, count))
        try:
            deployment.finish()
        except RecursionError:
            deployment.run.problems.add(deployment.site, TOO_DEEP)
        pending.extend(reversed(nested))


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

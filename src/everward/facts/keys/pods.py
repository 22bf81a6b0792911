"""Pods of clusters: how many there are, and how often they and the driver of secrets ask again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.reference import reference
from everward.facts.keys.times import interval, seconds
from everward.facts.shape import first, flag, inner, items, properties, text_in
from everward.values import Truth, Unknown

CLUSTERS: Final = "Microsoft.ContainerService/managedClusters"
TEMPLATES: Final = "Everward.Kubernetes/PodTemplate"
_PLACE: Final = re.compile(r"(?P<cluster>.+?)/providers/everward\.kubernetes/namespace/(?P<namespace>[^/]+)/.*")
_POLLS: Final = re.compile(r"(?:interval|refresh|reload|poll)", re.IGNORECASE)


@dataclass(frozen=True)
class Pods:
    """The pods that one workload makes."""

    template: Resource
    least: int | None
    """How many there are at least; None where that is not known."""
    most: int | None
    """How many there can be; None where that is not known."""
    scaled: bool = False
    """Whether something changes their number."""

    @property
    def workload(self) -> str:
        """The id of what makes them."""
        found = text_in(properties(self.template.body), "workload")
        return found if isinstance(found, str) else self.template.id


def place_of(resource: Resource) -> tuple[str, str]:
    """The lower-case id of the cluster and the namespace in which an object stands; empty where its id does not say."""
    found = _PLACE.fullmatch(resource.key)
    return (found["cluster"], found["namespace"]) if found is not None else ("", "")


def spec_of(resource: Resource) -> Any:
    """The `spec` of an object of Kubernetes, wherever its source has it."""
    for holder in (properties(resource.body), resource.body):
        spec = inner(holder, "spec")
        if isinstance(spec, dict):
            return spec
    return properties(resource.body)


def pods_of(estate: Estate, template: Resource) -> Pods:
    """How many pods a template makes: by its autoscaler, its replicas, or a node each."""
    body = properties(template.body)
    for id_ in items(inner(body, "autoscalers")):
        scaler = estate.find(id_) if isinstance(id_, str) else None
        if scaler is not None:
            spec = spec_of(scaler)
            least = _whole(first(inner(spec, "minReplicas"), inner(spec, "minReplicaCount"), 1))
            return Pods(
                template, least, _whole(first(inner(spec, "maxReplicas"), inner(spec, "maxReplicaCount"))), True
            )
    if text_in(body, "kind") == "DaemonSet":
        least_nodes, most_nodes = nodes(estate, text_in(body, "cluster"))
        return Pods(template, least_nodes, most_nodes, True)
    fixed = _whole(first(inner(body, "replicas"), 1))
    return Pods(template, fixed, fixed)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**7 else None


def nodes(estate: Estate, cluster: Any) -> tuple[int | None, int | None]:
    """How many nodes a cluster has at least and at most, over its pools; None where that is not known."""
    found = estate.find(cluster) if isinstance(cluster, str) else None
    if found is None:
        return None, None
    pools: list[Any] = list(items(inner(properties(found.body), "agentPoolProfiles")))
    prefix = f"{found.key}/agentpools/"
    pools += [properties(pool.body) for pool in estate.of_type(f"{CLUSTERS}/agentPools") if pool.key.startswith(prefix)]
    known = [pool for pool in pools if isinstance(pool, Mapping)]
    least = [_whole(first(inner(pool, "minCount"), inner(pool, "count"), 1)) for pool in known]
    most = [_whole(first(inner(pool, "maxCount"), inner(pool, "count"), 1)) for pool in known]
    return _sum(least), _sum(most)


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def rotation_interval(cluster: Resource) -> float | None:
    """Seconds after which the driver of a cluster asks for secrets again; None where it does not, or nobody knows."""
    addon = _addon(cluster)
    if rotates(cluster) is not True:
        return None
    written = text_in(inner(addon, "config"), "rotationPollInterval")
    if isinstance(written, Unknown):
        return None
    return reference().csi.poll_seconds if written is None else seconds(written)


def rotates(cluster: Resource) -> Truth | None:
    """Whether the driver of a cluster takes new versions; None where the cluster does not have the driver."""
    addon = _addon(cluster)
    enabled = flag(addon, "enabled", default=False)
    if isinstance(enabled, Unknown):
        return enabled
    return flag(inner(addon, "config"), "enableSecretRotation", default=False) if enabled else None


def _addon(cluster: Resource) -> Any:
    return inner(properties(cluster.body), "addonProfiles", "azureKeyvaultSecretsProvider")


def polling_settings(spec: Any, maps: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Settings of containers that say how often something is read again, with seconds.

    `maps` are the data of config maps by name.
    """
    for container in items(inner(spec, "containers")):
        settings: list[tuple[Any, Any]] = [
            (inner(variable, "name"), inner(variable, "value")) for variable in items(inner(container, "env"))
        ]
        for source in items(inner(container, "envFrom")):
            data = maps.get(str(text_in(source, "configMapRef", "name")))
            settings += list(data.items()) if isinstance(data, Mapping) else []
        for name, value in settings:
            if isinstance(name, str) and _POLLS.search(name):
                found = interval(value)
                if found is not None:
                    yield name, found

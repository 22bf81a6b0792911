"""Pods in one shape, whatever kind of workload makes them, with what protects and selects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts.selecting import matches
from everward.sources.manifests.kinds import NAMESPACE, pod_spec
from everward.sources.manifests.objects import Manifest, derived_resource, namespace_id, namespace_of, part
from everward.sources.manifests.placed import list_of, map_of
from everward.values import Origin, Truth, Unknown, format_path, parse_path

TYPE: Final = f"{NAMESPACE}/PodTemplate"
_KINDS: Final = (("containers", "container"), ("initContainers", "initContainer"),
                 ("ephemeralContainers", "ephemeralContainer"))  # fmt: skip
_INHERITED: Final = ("runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile", "seLinuxOptions", "appArmorProfile")
"""What a container takes from its pod when it says nothing itself (Kubernetes 1.33, SecurityContext)."""


def facts(cluster: Cluster, objects: Sequence[tuple[Manifest, Resource]]) -> Iterator[Resource]:
    """A fact for each object that makes pods."""
    around = _Around(objects)
    for manifest, resource in objects:
        found = pod_spec(resource_value(resource))
        if found is not None:
            yield _template(cluster, manifest, resource, found, around)


def resource_value(resource: Resource) -> dict[str, Any]:
    """The object of a resource, secrets taken out."""
    return map_of(resource.body.get("properties"))


class _Around:
    """What selects pods, by namespace."""

    def __init__(self, objects: Sequence[tuple[Manifest, Resource]]) -> None:
        self.by_kind: dict[tuple[str, str], list[Resource]] = {}
        for manifest, resource in objects:
            kind, namespace = manifest.value.get("kind"), namespace_of(manifest)
            if isinstance(kind, str) and namespace is not None:
                self.by_kind.setdefault((kind, part(namespace, "")), []).append(resource)

    def of(self, kind: str, namespace: Any) -> list[Resource]:
        """The objects of a kind in a namespace."""
        return self.by_kind.get((kind, part(namespace, "")), [])


def _template(
    cluster: Cluster, manifest: Manifest, resource: Resource, found: tuple[tuple[str, ...], Any], around: _Around
) -> Resource:
    path, spec = found
    value = resource_value(resource)
    namespace = namespace_of(manifest)
    properties: dict[str, Any] = {
        "workload": resource.id,
        "kind": value.get("kind"),
        "cluster": cluster.id,
        "namespace": namespace,
        "path": ".".join(("properties", *path)),
        "replicas": map_of(value.get("spec")).get("replicas"),
    }
    if isinstance(spec, dict):
        labels = _labels(value, path)
        properties |= _of_spec(spec) | _selected(labels, namespace, around, value)
        properties["labels"] = labels
        account = spec.get("serviceAccountName", spec.get("serviceAccount", "default"))
        properties["serviceAccountName"] = account
        scope = namespace_id(cluster.id, namespace)
        properties["serviceAccount"] = f"{scope}/providers/{NAMESPACE}/ServiceAccount/{part(account, 'account')}"
    else:
        properties["spec"] = spec
    own = f"{resource.id}/providers/{TYPE}/{resource.name}"
    made = derived_resource(own, TYPE, properties, resource.origin, resource.condition)
    made.origins = _PodOrigins(resource, path, spec)
    return made


class _PodOrigins(Mapping[str, Origin]):
    """Where the parts of pods stand: where the workload has them. It answers what it is asked, and lists nothing."""

    def __init__(self, workload: Resource, path: tuple[str, ...], spec: Any) -> None:
        self._workload = workload
        self._path = path
        lists = [(name, len(list_of(map_of(spec).get(name)))) for name, _ in _KINDS]
        self._containers = [(name, index) for name, count in lists for index in range(count)]

    def __getitem__(self, key: str) -> Origin:
        try:
            head, *rest = parse_path(key)
        except ValueError:
            raise KeyError(key) from None
        if head != "properties" or not rest:
            raise KeyError(key)
        if rest[0] == "containers" and len(rest) > 1 and isinstance(rest[1], int) and rest[1] < len(self._containers):
            rest[:2] = self._containers[rest[1]]
        return self._workload.origins[format_path(("properties", *self._path, *rest))]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _labels(value: dict[str, Any], path: tuple[str, ...]) -> Any:
    holder: Any = value
    for step in path[:-1]:
        holder = map_of(holder).get(step)
    return map_of(map_of(holder).get("metadata")).get("labels")


def _of_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """The pod itself, and its containers in one list."""
    shared = spec.get("securityContext")
    containers: list[Any] = []
    for name, kind in _KINDS:
        given = spec.get(name)
        if isinstance(given, Unknown):
            containers.append(Unknown(reason=given.reason, decided_by=given.decided_by, many=True))
        containers += [_container(item, kind, shared) if isinstance(item, dict) else item for item in list_of(given)]
    kept = ("hostNetwork", "hostPID", "hostIPC", "automountServiceAccountToken", "nodeSelector", "affinity",
            "tolerations", "topologySpreadConstraints", "priorityClassName", "runtimeClassName", "volumes",
            "terminationGracePeriodSeconds")  # fmt: skip
    pod = {key: spec[key] for key in kept if key in spec}
    return {**pod, "securityContext": shared, "containers": containers}


def _container(container: dict[str, Any], kind: str, shared: Any) -> dict[str, Any]:
    """A container with its own security context, what it takes from the pod filled in."""
    own = container.get("securityContext")
    effective: Any
    if isinstance(own, Unknown):
        effective = own
    else:
        inherited = map_of(shared)
        effective = {key: inherited[key] for key in _INHERITED if key in inherited} | map_of(own)
        if isinstance(shared, Unknown):
            effective = {**dict.fromkeys(_INHERITED, Unknown(reason=shared.reason, decided_by=shared.decided_by)),
                         **map_of(own)}  # fmt: skip
    return {**container, "kind": kind, "securityContext": effective, "imageParts": image_parts(container.get("image"))}


def image_parts(image: Any) -> Any:
    """An image taken apart: registry, repository, tag, digest. Without a registry it is Docker Hub's.

    Of an image that is known in part, the parts without a hole are known.
    """
    if isinstance(image, Unknown) and image.text is not None:
        hole = Unknown(reason=image.reason, decided_by=image.decided_by, present=image.present, origin=image.origin)
        parts = _taken_apart(image.text)
        if "{" in image.text.partition("/")[0]:
            # What stands in front may be a registry, or a part of the repository, or both.
            parts |= {"registry": "{", "repository": "{"}
        return {key: hole if value is not None and "{" in value else value for key, value in parts.items()}
    return _taken_apart(image) if isinstance(image, str) else image


def _taken_apart(image: str) -> dict[str, str | None]:
    name, _, digest = image.partition("@")
    head, slash, rest = name.partition("/")
    has_registry = bool(slash) and ("." in head or ":" in head or head == "localhost")
    registry, path = (head, rest) if has_registry else ("docker.io", name)
    repository, colon, tag = path.rpartition(":")
    return {
        "registry": registry,
        "repository": repository if colon else path,
        "tag": tag if colon else (None if digest else "latest"),
        "digest": digest or None,
    }


def _selected(labels: Any, namespace: Any, around: _Around, value: Mapping[str, Any]) -> dict[str, Any]:
    """The objects that say something about these pods."""
    found: dict[str, list[Any]] = {"disruptionBudgets": [], "ingressPolicies": [], "egressPolicies": []}
    for budget in around.of("PodDisruptionBudget", namespace):
        selector = map_of(resource_value(budget).get("spec")).get("selector")
        _note(found["disruptionBudgets"], budget, matches(selector, labels, empty=True))
    for policy in around.of("NetworkPolicy", namespace):
        spec = map_of(resource_value(policy).get("spec"))
        chosen = matches(spec.get("podSelector"), labels, empty=True)
        for direction in policy_types(spec):
            _note(found[f"{direction.lower()}Policies"], policy, chosen)
    scalers = [item for item in around.of("HorizontalPodAutoscaler", namespace) if _scales(item, value)]
    return {**found, "autoscalers": [item.id for item in scalers]}


def _note(found: list[Any], resource: Resource, chosen: Truth) -> None:
    if isinstance(chosen, Unknown):
        found.append(Unknown(reason=chosen.reason, decided_by=chosen.decided_by, many=True, reference=resource.id))
    elif chosen:
        found.append(resource.id)


def policy_types(spec: Mapping[str, Any]) -> list[str]:
    """The directions that a network policy is about: ingress always, egress when it has rules, unless it says so."""
    given = spec.get("policyTypes")
    if isinstance(given, list) and given:
        return [item for item in given if item in ("Ingress", "Egress")]
    return ["Ingress", "Egress"] if list_of(spec.get("egress")) else ["Ingress"]


def _scales(scaler: Resource, value: Mapping[str, Any]) -> bool:
    target = map_of(map_of(resource_value(scaler).get("spec")).get("scaleTargetRef"))
    name = map_of(value.get("metadata")).get("name")
    return target.get("kind") == value.get("kind") and target.get("name") == name and isinstance(name, str)

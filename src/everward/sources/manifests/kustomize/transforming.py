"""What a kustomization changes in all of its objects: namespace, names, labels, annotations, replicas, images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from everward.sources.manifests.kinds import POD_SPEC, is_namespaced, pod_spec
from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.placed import NOWHERE, PlacedMap, map_of, maps_in, text_of

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization

_UNPREFIXED: Final = frozenset({"CustomResourceDefinition", "APIService", "Namespace"})
"""Kinds whose names are what they are."""
_SELECTING: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_SCALED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})


def transformed(kustomization: Kustomization, objects: Sequence[Named]) -> None:
    """Change objects, in the order in which kustomize does."""
    value = kustomization.value
    namespace = text_of(value.get("namespace"))
    if namespace:
        _namespaces(objects, namespace)
    _names(objects, text_of(value.get("namePrefix")) or "", text_of(value.get("nameSuffix")) or "")
    for labels, selectors, templates in _labels_of(value):
        for item in objects:
            _label(item.value, labels, selectors=selectors, templates=templates)
    annotations = map_of(value.get("commonAnnotations"))
    for item in objects:
        _annotate(item.value, annotations)
    for entry in maps_in(value.get("replicas")):
        _replicas(objects, entry)
    for entry in maps_in(value.get("images")):
        for item in objects:
            _images(item.value, entry)


# Namespaces and names


def _namespaces(objects: Sequence[Named], namespace: str) -> None:
    accounts = {item.name for item in objects if item.kind == "ServiceAccount"}
    for item in objects:
        if item.kind == "Namespace":
            item.rename(namespace)
        elif is_namespaced(item.value):
            item.spaces.append(item.namespace)
            _ensure(item.value, "metadata")["namespace"] = namespace
        if item.kind in ("RoleBinding", "ClusterRoleBinding"):
            for subject in maps_in(item.value.get("subjects")):
                name = text_of(subject.get("name"))
                if subject.get("kind") == "ServiceAccount" and (name == "default" or name in accounts):
                    subject["namespace"] = namespace


def _names(objects: Sequence[Named], prefix: str, suffix: str) -> None:
    if not prefix and not suffix:
        return
    for item in objects:
        item.prefixes.append((prefix, suffix))
        if item.kind not in _UNPREFIXED:
            item.rename(f"{prefix}{item.name}{suffix}")


def _ensure(holder: Any, *path: str) -> Any:
    """The object at a path, made where it is not."""
    for key in path:
        below = holder.get(key)
        if not isinstance(below, dict):
            below = PlacedMap(holder.spot if isinstance(holder, PlacedMap) else NOWHERE)
            holder[key] = below
        holder = below
    return holder


# Labels and annotations


def _labels_of(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    """Labels with whether selectors and templates get them too."""
    for entry in maps_in(value.get("labels")):
        selectors = entry.get("includeSelectors") is True
        yield map_of(entry.get("pairs")), selectors, selectors or entry.get("includeTemplates") is True
    common = map_of(value.get("commonLabels"))
    if common:
        yield common, True, True


def _label(value: PlacedMap, labels: dict[str, Any], *, selectors: bool, templates: bool) -> None:
    if not labels:
        return
    _ensure(value, "metadata", "labels").update(labels)
    for holder in _templates(value) if templates else ():
        _ensure(holder, "metadata", "labels").update(labels)
    if selectors:
        for selector in _selectors(value):
            selector.update(labels)


def _templates(value: PlacedMap) -> Iterator[dict[str, Any]]:
    """The templates of pods, and of the claims of a stateful set."""
    path = POD_SPEC.get(text_of(value.get("kind")) or "")
    if path is not None and len(path) > 1:
        for length in range(2, len(path)):
            if path[length - 1] in ("template", "jobTemplate"):
                holder: Any = value
                for step in path[:length]:
                    holder = map_of(holder).get(step)
                if isinstance(holder, dict):
                    yield holder
    if value.get("kind") == "StatefulSet":
        yield from maps_in(map_of(value.get("spec")).get("volumeClaimTemplates"))


def _selectors(value: PlacedMap) -> Iterator[dict[str, Any]]:
    kind = value.get("kind")
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return
    if kind in _SELECTING:
        yield _ensure(spec, "selector", "matchLabels")
    elif kind in ("Service", "ReplicationController"):
        yield _ensure(spec, "selector")
    elif kind == "PodDisruptionBudget":
        selector = spec.get("selector")
        if isinstance(selector, dict) and isinstance(selector.get("matchLabels"), dict):
            yield selector["matchLabels"]
    elif kind == "NetworkPolicy":
        yield from _policy_selectors(spec)
    found = pod_spec(value)
    if found is not None and isinstance(found[1], dict):
        yield from _pod_selectors(found[1])


def _policy_selectors(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Selectors of pods with labels in a network policy: those without choose all pods, and keep doing so."""
    holders = [spec]
    for key, peers in (("ingress", "from"), ("egress", "to")):
        for rule in maps_in(spec.get(key)):
            holders += maps_in(rule.get(peers))
    for holder in holders:
        labels = map_of(holder.get("podSelector")).get("matchLabels")
        if isinstance(labels, dict):
            yield labels


def _pod_selectors(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    affinity = map_of(spec.get("affinity"))
    for kind in ("podAffinity", "podAntiAffinity"):
        terms = map_of(affinity.get(kind))
        for item in maps_in(terms.get("requiredDuringSchedulingIgnoredDuringExecution")):
            yield from _match_labels(item)
        for item in maps_in(terms.get("preferredDuringSchedulingIgnoredDuringExecution")):
            yield from _match_labels(map_of(item.get("podAffinityTerm")))
    for item in maps_in(spec.get("topologySpreadConstraints")):
        yield from _match_labels(item)


def _match_labels(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    labels = map_of(holder.get("labelSelector")).get("matchLabels")
    if isinstance(labels, dict):
        yield labels


def _annotate(value: PlacedMap, annotations: dict[str, Any]) -> None:
    if not annotations:
        return
    _ensure(value, "metadata", "annotations").update(annotations)
    for holder in _templates(value):
        # The claims of a stateful set are templates as well, and get none.
        if "accessModes" not in map_of(holder.get("spec")):
            _ensure(holder, "metadata", "annotations").update(annotations)


# Replicas and images


def _replicas(objects: Sequence[Named], entry: dict[str, Any]) -> None:
    for item in objects:
        if item.kind in _SCALED and entry.get("name") in item.former and isinstance(item.value.get("spec"), dict):
            item.value["spec"]["replicas"] = entry.get("count")


def _images(value: PlacedMap, entry: dict[str, Any]) -> None:
    """Give the containers of an object another image."""
    name = text_of(entry.get("name"))
    found = pod_spec(value)
    spec = found[1] if found is not None else None
    if name is None or not isinstance(spec, dict):
        return
    for key in ("containers", "initContainers"):
        for container in maps_in(spec.get(key)):
            image = text_of(container.get("image"))
            if image is not None:
                changed = changed_image(image, name, entry)
                if changed != image:
                    container["image"] = changed


def changed_image(image: str, name: str, entry: dict[str, Any]) -> str:
    """An image as an entry changes it; itself when the entry is about another."""
    match = re.fullmatch(re.escape(name) + r"(?P<tag>:[\w.-]+)?(?P<digest>@sha256:[\w.-]+)?", image)
    if match is None:
        return image
    own, tag, digest = (text_of(entry.get(key)) for key in ("newName", "newTag", "digest"))
    if isinstance(entry.get("newTag"), int | float) and not isinstance(entry.get("newTag"), bool):
        tag = str(entry["newTag"])
    base = own or name
    if digest:
        return f"{base}@{digest}"
    if tag:
        return f"{base}:{tag}"
    return f"{base}{match['tag'] or ''}{match['digest'] or ''}"

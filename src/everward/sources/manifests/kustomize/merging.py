"""Strategic merge: objects are merged key by key, lists of known kinds element by element, other lists are replaced.

The keys of lists are those of Kubernetes' types (`patchMergeKey`, Kubernetes 1.33, read 2026-11).
"""

from __future__ import annotations

from typing import Any, Final

from everward.sources.manifests.placed import PlacedList, PlacedMap, copied, text_of

DIRECTIVE: Final = "$patch"

_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "secrets": ("name",),
    "ownerReferences": ("uid",),
    "conditions": ("type",),
    "webhooks": ("name",),
    "resourceClaims": ("name",),
    "podIPs": ("ip",),
}
"""Lists whose elements are told apart by keys, in built-in kinds."""
_PORTS: Final = {"Service": ("port", "protocol")}
_CONTAINER_PORTS: Final = ("containerPort", "protocol")

_BUILT_IN: Final = frozenset(
    {
        "Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job",
        "CronJob", "Service", "ServiceAccount", "Node", "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    }
)  # fmt: skip
"""Kinds whose types have such lists."""


class Deleted:
    """The type of what a patch takes away."""


DELETED: Final = Deleted()


def merged(base: Any, patch: Any, kind: str, path: tuple[str, ...]) -> Any:
    """What a patch makes of a value; `DELETED` when it takes it away."""
    if isinstance(patch, PlacedMap):
        directive = patch.get(DIRECTIVE)
        if directive == "delete":
            return DELETED
        if directive == "replace" or not isinstance(base, PlacedMap):
            return _clean(patch)
        return _objects(base, patch, kind, path)
    if isinstance(patch, PlacedList) and isinstance(base, PlacedList):
        keys = _keys_of(kind, path, base, patch)
        if keys is not None:
            return _lists(base, patch, keys, kind, path)
        if path[-1:] == ("finalizers",):
            return _united(base, patch)
    return _clean(patch)


def _objects(base: PlacedMap, patch: PlacedMap, kind: str, path: tuple[str, ...]) -> PlacedMap:
    """The base, changed: a null takes a key away."""
    for key, value in patch.items():
        # Other directives of Kubernetes' own patches mean nothing to kustomize.
        if key == DIRECTIVE:
            continue
        if value is None:
            base.pop(key, None)
            continue
        result = merged(base[key], value, kind, (*path, key)) if key in base else _clean(value)
        if isinstance(result, Deleted):
            base.pop(key, None)
        elif result is not base.get(key):
            base.put(key, result, patch.spot_of(key))
    return base


def _keys_of(kind: str, path: tuple[str, ...], base: PlacedList, patch: PlacedList) -> tuple[str, ...] | None:
    """The keys that tell the elements of a list apart; None for a list that is replaced."""
    if kind not in _BUILT_IN or not path:
        return None
    name = path[-1]
    if name == "ports":
        keys = _PORTS.get(kind, _CONTAINER_PORTS if "containers" in path or "initContainers" in path else None)
        if keys is None:
            return None
        # The protocol only tells ports apart where somebody writes it.
        written = any("protocol" in item for item in (*base, *patch) if isinstance(item, dict))
        return keys if written else keys[:1]
    return _KEYS.get(name)


def _lists(base: PlacedList, patch: PlacedList, keys: tuple[str, ...], kind: str, path: tuple[str, ...]) -> PlacedList:
    """Elements with equal keys are merged; those of the patch come first, as kustomize has it."""
    if any(isinstance(item, dict) and item.get(DIRECTIVE) == "replace" for item in patch):
        made = PlacedList(patch.spot)
        for index, item in enumerate(patch):
            if not (isinstance(item, dict) and DIRECTIVE in item):
                made.add(_clean(item), patch.spot_of(index))
        return made
    made = PlacedList(base.spot)
    results: dict[int, Any] = {}
    left = list(range(len(base)))
    for index, item in enumerate(patch):
        at = next((place for place in left if place not in results and _matches(base[place], item, keys)), None)
        if at is None:
            if not (isinstance(item, dict) and item.get(DIRECTIVE) == "delete"):
                made.add(_clean(item), patch.spot_of(index))
            continue
        results[at] = merged(base[at], item, kind, path)
        if len(keys) == 1:
            # Told apart by one key, they stand where the patch has them; by more, where they stood.
            left.remove(at)
            if not isinstance(results[at], Deleted):
                made.add(results[at], base.spot_of(at))
    for at in left:
        value = results.get(at, base[at])
        if not isinstance(value, Deleted):
            made.add(value, base.spot_of(at))
    return made


def _matches(held: Any, item: Any, keys: tuple[str, ...]) -> bool:
    """Whether an element of a patch is for an element of the base."""
    if not isinstance(held, dict) or not isinstance(item, dict):
        return False
    return all(_value(held, key) == _value(item, key) for key in keys)


def _value(item: dict[str, Any], key: str) -> Any:
    return item.get(key, "TCP" if key == "protocol" else None)


def _united(base: PlacedList, patch: PlacedList) -> PlacedList:
    """Texts of both lists, those of the patch first."""
    made = PlacedList(base.spot)
    for source in (patch, base):
        for index, item in enumerate(source):
            if item not in made:
                made.add(item, source.spot_of(index))
    return made


def _clean(value: Any) -> Any:
    """A value of a patch without directives and nulls, copied."""
    if isinstance(value, PlacedMap):
        made = copied(value)
        for key in [key for key in made if key == DIRECTIVE or made[key] is None]:
            del made[key]
        for key, item in made.items():
            made[key] = _clean(item)
        return made
    if isinstance(value, PlacedList):
        items = PlacedList(value.spot)
        for index, item in enumerate(value):
            if not (isinstance(item, dict) and text_of(item.get(DIRECTIVE)) == "delete"):
                items.add(_clean(item), value.spot_of(index))
        return items
    return value

"""The fields that kustomize changes, by kind of object, and how it walks to them.

The tables are those of `internal/konfig/builtinpluginconsts` of sigs.k8s.io/kustomize/api 0.19.0 (kustomize 5.6.0, read
2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from everward.sources.manifests.placed import NOWHERE, PlacedMap, text_of
from everward.values import Unknown


class FieldError(Exception):
    """An object in which a field cannot be where it is looked for, so that kustomize refuses it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of objects, of one kind or of all."""

    path: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = False
    """Whether it is made where it is not."""


def fitting(value: dict[str, Any], fields: Sequence[Field]) -> list[Field]:
    """The fields that objects like this one have."""
    held, kind = version_of(value), text_of(value.get("kind")) or ""
    return [
        field
        for field in fields
        if field.kind in ("", kind) and field.group in ("", held[0]) and field.version in ("", held[1])
    ]


def version_of(value: dict[str, Any]) -> tuple[str, str]:
    """The group and the version of an object."""
    text = text_of(value.get("apiVersion")) or ""
    group, slash, version = text.partition("/")
    return (group, version) if slash else ("", group)


def selected(held: tuple[str, str], kind: str, group: str, version: str, wanted: str) -> bool:
    """Whether a type is a wanted one: what is left empty is any."""
    return group in ("", held[0]) and version in ("", held[1]) and wanted in ("", kind)


def _fields(table: str) -> tuple[Field, ...]:
    """The fields of a table: path, kind, group, version; a `+` behind the path makes it where it is not."""
    found = []
    for line in table.split("\n"):
        if line.strip():
            path, *rest = line.split()
            kind, group, version = (*(item if item != "-" else "" for item in rest), "", "", "")[:3]
            found.append(Field(tuple(path.rstrip("+").split("/")), kind, group, version, path.endswith("+")))
    return tuple(found)


def _spread(table: str, templates: str, kinds: Sequence[str]) -> str:
    """A table with the same fields of several kinds."""
    return table + "".join(f"{line} {kind}\n" for kind in kinds for line in templates.split("\n") if line.strip())


METADATA_LABELS: Final = Field(("metadata", "labels"), create=True)

TEMPLATE_LABELS: Final = _fields("""
metadata/labels+
spec/template/metadata/labels+ ReplicationController - v1
spec/template/metadata/labels+ Deployment
spec/template/metadata/labels+ ReplicaSet
spec/template/metadata/labels+ DaemonSet
spec/template/metadata/labels+ StatefulSet apps
spec/volumeClaimTemplates[]/metadata/labels+ StatefulSet apps
spec/template/metadata/labels+ Job batch
spec/jobTemplate/metadata/labels+ CronJob batch
spec/jobTemplate/spec/template/metadata/labels+ CronJob batch
""")

_TERMS: Final = """
spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels
spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels
spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels
spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels
spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels
"""

COMMON_LABELS: Final = (
    *_fields(
        _spread(
            """
spec/selector+ Service - v1
spec/selector+ ReplicationController - v1
spec/selector/matchLabels+ Deployment
spec/selector/matchLabels+ ReplicaSet
spec/selector/matchLabels+ DaemonSet
spec/selector/matchLabels+ StatefulSet apps
spec/selector/matchLabels Job batch
spec/jobTemplate/spec/selector/matchLabels CronJob batch
spec/selector/matchLabels PodDisruptionBudget policy
spec/podSelector/matchLabels NetworkPolicy networking.k8s.io
spec/ingress/from/podSelector/matchLabels NetworkPolicy networking.k8s.io
spec/egress/to/podSelector/matchLabels NetworkPolicy networking.k8s.io
""",
            _TERMS,
            ("Deployment apps", "StatefulSet apps"),
        )
    ),
    *TEMPLATE_LABELS,
)

COMMON_ANNOTATIONS: Final = _fields("""
metadata/annotations+
spec/template/metadata/annotations+ ReplicationController - v1
spec/template/metadata/annotations+ Deployment
spec/template/metadata/annotations+ ReplicaSet
spec/template/metadata/annotations+ DaemonSet
spec/template/metadata/annotations+ StatefulSet
spec/template/metadata/annotations+ Job batch
spec/jobTemplate/metadata/annotations+ CronJob batch
spec/jobTemplate/spec/template/metadata/annotations+ CronJob batch
""")

NAMESPACES: Final = _fields("""
metadata/name+ Namespace - v1
spec/service/namespace+ APIService apiregistration.k8s.io
spec/conversion/webhook/clientConfig/service/namespace CustomResourceDefinition apiextensions.k8s.io
""")

REPLICAS: Final = _fields("""
spec/replicas+ Deployment
spec/replicas+ ReplicationController
spec/replicas+ ReplicaSet
spec/replicas+ StatefulSet
""")

IMAGES: Final = _fields("""
spec/containers[]/image
spec/initContainers[]/image
spec/template/spec/containers[]/image
spec/template/spec/initContainers[]/image
""")


def places(value: Any, field: Field, *, maps: bool = False) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a field stands in an object: the holder and the key, once for each element on the way.

    Args:
        value: The object.
        field: What is looked for.
        maps: Whether the field itself is an object, which is made where it is not.

    Raises:
        FieldError: when the way to the field leads through something that is neither an object nor a list.

    """
    yield from _walk(value, field.path, create=field.create, maps=maps)


def _walk(value: Any, path: tuple[str, ...], *, create: bool, maps: bool) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path, create=create, maps=maps)
    elif isinstance(value, dict):
        key, last = path[0].removesuffix("[]"), len(path) == 1
        make = create and not path[0].endswith("[]")
        if make and (maps or not last) and value.get(key) is None:
            value[key] = PlacedMap(value.spot if isinstance(value, PlacedMap) else NOWHERE)
        if not last:
            if value.get(key) is not None:
                yield from _walk(value[key], path[1:], create=create, maps=maps)
        elif make or key in value:
            yield value, key
    elif value is not None and not isinstance(value, Unknown):
        raise FieldError(f"`{path[0]}` is looked for in something that is no object")

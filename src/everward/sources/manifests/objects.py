"""Objects of Kubernetes as resources: an id below the cluster, a body that policies can read, places, no secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.estate import Resource
from everward.sources.located import LocatedResource
from everward.sources.manifests.kinds import NAMESPACE, is_namespaced, name_of, pod_spec, type_of
from everward.sources.manifests.placed import PlacedList, PlacedMap, Spot, map_of, maps_in, plain, text_of
from everward.sources.manifests.yamltext import SOURCE
from everward.values import Origin, Step, Truth, Unknown, key_of, placeholder
from everward.values.secrecy import SECRET, conceal

DEFAULT_NAMESPACE: Final = "default"

_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_PARTS: Final = ("data", "stringData")
_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")
_SCHEMA: Final = Unknown(reason="the schema of a definition is not kept", present=True, filled=True)


@dataclass(slots=True)
class Manifest:
    """One object with what is known about its place and its deployment."""

    value: PlacedMap
    spot: Spot
    end: int
    namespace: Any = None
    """The namespace that it is deployed to when it names none itself."""
    condition: Truth = True
    deployment: str = ""
    """What deploys it, for people: a release, a kustomization, a file."""
    made_from: tuple[Spot, ...] = field(default=())
    """Further places that it is made from."""


def objects_in(value: Any) -> Iterator[PlacedMap]:
    """The object of a document, or those of a list; nothing when it is something else."""
    if not isinstance(value, PlacedMap) or not isinstance(value.get("kind"), str):
        return
    kind = value["kind"]
    items = value.get("items")
    if kind.endswith("List") and isinstance(items, PlacedList):
        for item in items:
            if isinstance(item, PlacedMap):
                if kind != "List":
                    # Lists of one kind leave out what they all are.
                    for key, inherited in (("apiVersion", value.get("apiVersion")), ("kind", kind[:-4])):
                        item.setdefault(key, inherited)
                yield from objects_in(item)
    elif "apiVersion" in value:
        yield value


def faults_in(value: Any) -> Iterator[tuple[Spot, str]]:
    """What is passed over in a document, and why no cluster takes it.

    A document with neither of the two keys is none of Kubernetes, and no fault.
    """
    if not isinstance(value, PlacedMap) or not ("kind" in value or "apiVersion" in value):
        return
    kind, items = value.get("kind"), value.get("items")
    if not isinstance(kind, str) or not kind:
        yield value.spot, "an object needs a `kind`"
    elif kind.endswith("List") and isinstance(items, PlacedList):
        for index, item in enumerate(items):
            if not isinstance(item, PlacedMap):
                yield items.spot_of(index), "an element of a list of objects is none"
            elif kind == "List":
                yield from faults_in(item)
    elif kind == "List":
        yield value.spot_of("items"), "a list of objects needs `items`, a list"
    elif "apiVersion" not in value:
        yield value.spot, "an object needs an `apiVersion`"
    else:
        yield from _faults_in_pods(value)


def _faults_in_pods(value: PlacedMap) -> Iterator[tuple[Spot, str]]:
    found = pod_spec(value)
    spec = found[1] if found is not None else None
    if not isinstance(spec, PlacedMap):
        return
    for key in _CONTAINERS:
        if not isinstance(spec.get(key), list | Unknown | None):
            yield spec.spot_of(key), f"`{key}` must be a list, so none of them is read"


def part(value: Any, fallback: str) -> str:
    """A value as a part of an id; a hole stands in braces, named by its text or by what decides it."""
    if isinstance(value, Unknown):
        if value.text and "{" in value.text:
            return value.text.replace("/", "|")
        return placeholder(value.text or ",".join(value.decided_by) or fallback)
    if value is None or value == "" or isinstance(value, dict | list):
        return placeholder(fallback)
    # A slash, or a brace in a known name, would make it look like something that it is not.
    return str(value).replace("/", "%2F").replace("{", "%7B").replace("}", "%7D")


def namespace_of(manifest: Manifest) -> Any:
    """The namespace that an object stands in, as far as it is known; None for what stands in none."""
    if not is_namespaced(manifest.value):
        return None
    own = map_of(manifest.value.get("metadata")).get("namespace")
    if own is None or own == "":
        own = manifest.namespace
    return DEFAULT_NAMESPACE if own is None or own == "" else own


def namespace_id(cluster: str, namespace: Any) -> str:
    """The id of a namespace of a cluster."""
    return f"{cluster}/providers/{NAMESPACE}/Namespace/{part(namespace, 'namespace')}"


def object_id(cluster: str, manifest: Manifest) -> str:
    """The id of an object: below its namespace, or right below the cluster."""
    name = part(name_of(manifest.value), f"name of {address_of(manifest)}")
    namespace = namespace_of(manifest)
    scope = cluster if namespace is None else namespace_id(cluster, namespace)
    return f"{scope}/providers/{type_of(manifest.value)}/{name}"


def address_of(manifest: Manifest) -> str:
    """What people call an object: `Deployment workload/catalogservice-deploy`."""
    kind = text_of(manifest.value.get("kind")) or "object"
    name = part(name_of(manifest.value), "name")
    namespace = namespace_of(manifest)
    return f"{kind} {name}" if namespace is None else f"{kind} {part(namespace, 'namespace')}/{name}"


def to_resource(cluster: str, manifest: Manifest) -> Resource:
    """The resource that an object is in the estate."""
    own = object_id(cluster, manifest)
    properties = without_secrets(plain(manifest.value))
    meta = properties.get("metadata")
    namespace = namespace_of(manifest)
    if isinstance(meta, dict) and namespace is not None:
        meta["namespace"] = namespace
    properties["cluster"] = cluster
    if manifest.deployment:
        properties["deployment"] = manifest.deployment
    body = {"kind": properties.get("kind"), "properties": properties}
    name = part(name_of(manifest.value), "name")
    places = ObjectPlaces(manifest)
    return LocatedResource(own, type_of(manifest.value), name, body, places, None, condition=manifest.condition)


def without_secrets(value: dict[str, Any]) -> dict[str, Any]:
    """An object without what is secret: the values of a Secret whatever they are, and elsewhere what looks like one."""
    if value.get("kind") == "Secret":
        for name in _SECRET_PARTS:
            if isinstance(value.get(name), dict):
                value[name] = dict.fromkeys(value[name], SECRET)
            elif name in value:
                value[name] = SECRET
    elif value.get("kind") == "CustomResourceDefinition":
        for version in maps_in(map_of(value.get("spec")).get("versions")):
            if "schema" in version:
                version["schema"] = _SCHEMA
    annotations = map_of(value.get("metadata")).get("annotations")
    if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        annotations[_LAST_APPLIED] = SECRET
    concealed = conceal(value)
    return concealed if isinstance(concealed, dict) else value


class ObjectPlaces:
    """Finds where an object and its properties stand."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    @property
    def source(self) -> str:
        """The kind of source."""
        return SOURCE

    def file(self, _mark: Any) -> str | None:
        """The file that the object stands in."""
        return self._manifest.spot[0] or None

    def origin(self, _mark: Any) -> Origin:
        """The object as a whole."""
        manifest = self._manifest
        file, line = manifest.spot
        end = manifest.end if manifest.end > line else None
        return Origin(source=SOURCE, file=file or None, line=line or None, end_line=end, address=address_of(manifest))

    def property_origin(self, _mark: Any, steps: tuple[Step, ...]) -> Origin | None:
        """A property, by the keys and indexes that lead to it."""
        if not steps or str(steps[0]).lower() != "properties":
            return None
        value: Any = self._manifest.value
        spot: Spot | None = None
        for step in steps[1:]:
            if isinstance(value, PlacedMap) and isinstance(step, str):
                key = key_of(value, step)
                if key is None:
                    return None
                value, spot = value[key], value.spot_of(key)
            elif isinstance(value, PlacedList) and isinstance(step, int) and step < len(value):
                value, spot = value[step], value.spot_of(step)
            else:
                return None
        return Origin(source=SOURCE, file=spot[0], line=spot[1]) if spot is not None and spot[0] else None


def derived_resource(
    own: str, resource_type: str, properties: Mapping[str, Any], origin: Origin, condition: Truth = True
) -> Resource:
    """A fact that follows from objects: it stands where the object does that it follows from."""
    return Resource(
        id=own,
        type=resource_type,
        name=own.rpartition("/")[2],
        body={"properties": {**properties, "derived": True}},
        origin=origin,
        condition=condition,
    )

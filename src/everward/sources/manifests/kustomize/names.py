"""Objects whose names change, and what refers to them by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from everward.sources.manifests.kinds import group_of, pod_spec
from everward.sources.manifests.placed import PlacedMap, Spot, map_of, maps_in, text_of
from everward.values import Unknown, placeholder


@dataclass(slots=True)
class Named:
    """An object with the names that it had."""

    value: PlacedMap
    spot: Spot
    end: int
    former: list[str] = field(default_factory=list)
    """Names before prefixes, suffixes and digests, oldest first."""
    spaces: list[str] = field(default_factory=list)
    """Namespaces that it had before."""
    needs_digest: bool = False
    """Whether a digest of the content is added to its name in the end."""
    removed: bool = False
    prefixes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.former.append(self.name)

    @property
    def kind(self) -> str:
        """Its kind."""
        return text_of(self.value.get("kind")) or ""

    @property
    def group(self) -> str:
        """Its API group."""
        return group_of(self.value)

    @property
    def name(self) -> str:
        """Its name as it is now."""
        return text_of(map_of(self.value.get("metadata")).get("name")) or ""

    @property
    def namespace(self) -> str:
        """Its namespace as it is now."""
        return text_of(map_of(self.value.get("metadata")).get("namespace")) or ""

    def rename(self, name: str) -> None:
        """Give it another name, and remember the one before."""
        meta = self.value.get("metadata")
        if isinstance(meta, dict) and name != self.name:
            meta["name"] = name
            self.former.append(name)

    def add_digest(self, digest: str | None) -> None:
        """Add the digest of the content to the name; it is open where the content is."""
        if digest is not None:
            self.rename(f"{self.name}-{digest}")
            return
        text = f"{self.name}-{placeholder('digest')}"
        meta = self.value.get("metadata")
        if isinstance(meta, dict):
            reason = "the content that its name is made of is not known"
            meta["name"] = Unknown(reason=reason, present=True, filled=True, text=text)


def fix_references(objects: Sequence[Named]) -> None:
    """Let references follow the names that changed."""
    index: dict[tuple[str, str], list[Named]] = {}
    for item in objects:
        if len(item.former) > 1:
            for before in item.former[:-1]:
                index.setdefault((item.kind, before), []).append(item)
    if not index:
        return
    for item in objects:
        for holder, key, kinds in references_of(item.value):
            name = holder.get(key)
            if isinstance(name, str):
                target = _target(index, kinds, name, item)
                if target is not None:
                    holder[key] = target.name
                    if target.kind == "ServiceAccount" and "kind" in holder and target.namespace:
                        # A subject names its namespace as well.
                        holder["namespace"] = target.namespace


def _target(
    index: dict[tuple[str, str], list[Named]], kinds: Sequence[str], name: str, referrer: Named
) -> Named | None:
    """The object that a name means: among several, the one whose prefix and suffix the referrer has."""
    found = [item for kind in kinds for item in index.get((kind, name), ())]
    if len(found) > 1:
        near = [
            item for item in found if item.prefixes == referrer.prefixes[-len(item.prefixes) :] or not item.prefixes
        ]
        same = [item for item in near if item.namespace == referrer.namespace]
        found = same or near or found
    return found[0] if found and len({item.name for item in found}) == 1 else None


_CONFIG: Final = ("ConfigMap",)
_SECRET: Final = ("Secret",)


def references_of(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Sequence[str]]]:
    """The places where an object names others: the holder, the key, and the kinds that may be meant."""
    found = pod_spec(value)
    if found is not None and isinstance(found[1], dict):
        yield from _of_pod(found[1])
    kind = value.get("kind")
    spec = map_of(value.get("spec"))
    if kind == "Ingress":
        yield from _of_ingress(value, spec)
    elif kind == "HorizontalPodAutoscaler":
        target = map_of(spec.get("scaleTargetRef"))
        yield target, "name", (text_of(target.get("kind")) or "",)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        role = map_of(value.get("roleRef"))
        yield role, "name", (text_of(role.get("kind")) or "",)
        for subject in maps_in(value.get("subjects")):
            # Kustomize does not look at what kind of subject it is.
            yield subject, "name", ("ServiceAccount",)
    elif kind == "StatefulSet":
        yield spec, "serviceName", ("Service",)
    elif kind == "ServiceAccount":
        for key in ("secrets", "imagePullSecrets"):
            for item in maps_in(value.get(key)):
                yield item, "name", _SECRET
    elif kind == "PersistentVolumeClaim":
        yield spec, "volumeName", ("PersistentVolume",)


def _of_pod(spec: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Sequence[str]]]:
    yield spec, "serviceAccountName", ("ServiceAccount",)
    yield spec, "serviceAccount", ("ServiceAccount",)
    yield spec, "priorityClassName", ("PriorityClass",)
    for item in maps_in(spec.get("imagePullSecrets")):
        yield item, "name", _SECRET
    for volume in maps_in(spec.get("volumes")):
        yield map_of(volume.get("configMap")), "name", _CONFIG
        yield map_of(volume.get("secret")), "secretName", _SECRET
        yield map_of(volume.get("persistentVolumeClaim")), "claimName", ("PersistentVolumeClaim",)
        for source in maps_in(map_of(volume.get("projected")).get("sources")):
            yield map_of(source.get("configMap")), "name", _CONFIG
            yield map_of(source.get("secret")), "name", _SECRET
    for key in ("containers", "initContainers"):
        for container in maps_in(spec.get(key)):
            yield from _of_container(container)


def _of_container(container: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Sequence[str]]]:
    for item in maps_in(container.get("envFrom")):
        yield map_of(item.get("configMapRef")), "name", _CONFIG
        yield map_of(item.get("secretRef")), "name", _SECRET
    for item in maps_in(container.get("env")):
        source = map_of(item.get("valueFrom"))
        yield map_of(source.get("configMapKeyRef")), "name", _CONFIG
        yield map_of(source.get("secretKeyRef")), "name", _SECRET


def _of_ingress(value: dict[str, Any], spec: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Sequence[str]]]:
    backends = [map_of(spec.get("defaultBackend"))]
    for rule in maps_in(spec.get("rules")):
        backends += [map_of(path.get("backend")) for path in maps_in(map_of(rule.get("http")).get("paths"))]
    for backend in backends:
        yield map_of(backend.get("service")), "name", ("Service",)
        yield backend, "serviceName", ("Service",)
    for item in maps_in(spec.get("tls")):
        yield item, "secretName", _SECRET
    annotations = map_of(map_of(value.get("metadata")).get("annotations"))
    for key in ("ingress.kubernetes.io/auth-secret", "nginx.ingress.kubernetes.io/auth-secret"):
        yield annotations, key, _SECRET

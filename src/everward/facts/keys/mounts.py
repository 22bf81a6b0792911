"""What clusters take out of vaults: secret provider classes, and the pods that mount them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.items import Vaults
from everward.facts.keys.pods import CLUSTERS, TEMPLATES, Pods, place_of, pods_of, spec_of
from everward.facts.keys.uses import Delivery, Known, Use
from everward.facts.shape import first, inner, items, properties, text_in
from everward.values import Truth, Unknown

DRIVER: Final = "secrets-store.csi.k8s.io"
_STAND_IN: Final = "/providers/everward.kubernetes/cluster/"
"""How ids of clusters begin of which it is not known which they are."""
_CLASS_ENDINGS: Final = ("/secretproviderclass", "/secretproviderclasses")
_KINDS: Final = {"secret": "secret", "key": "key", "cert": "certificate", "certificate": "certificate"}


@dataclass
class Mount:
    """A secret provider class: what it takes from which vault, and who mounts it."""

    resource: Resource
    vault: str
    """The lower-case id or name of the vault; empty where nobody says which one it is."""
    certain: Truth
    objects: list[tuple[str, str, Truth]] | Unknown
    """Kind, name and whether a version is named, of each object."""
    cluster: Resource | None
    synced: frozenset[str]
    """Names of secrets of Kubernetes that are made of it."""
    pods: list[Pods] = field(default_factory=list)
    environment: set[str] = field(default_factory=set)
    """Ids of templates whose containers have such a secret in their environment."""


class Mounts:
    """All secret provider classes for Azure of an estate."""

    def __init__(self, estate: Estate, known: Known) -> None:
        self.estate = estate
        self._known = known
        self._clusters = {resource.key: resource for resource in estate.of_type(CLUSTERS)}
        self.all = [mount for resource in estate if (mount := self._mount(resource)) is not None]
        self._join()

    def uses(self) -> Iterator[Use]:
        """Who uses what through them: the workloads, or the class itself where no pod is known to mount it."""
        for mount in self.all:
            users = [pods for pods in mount.pods if self.consumer(pods) is not None]
            for pods in users:
                consumer = self.consumer(pods)
                if consumer is not None:
                    delivery = Delivery.ENVIRONMENT if pods.template.id in mount.environment else Delivery.MOUNTED
                    yield from _used(mount, consumer, "properties.spec.template.spec.volumes", delivery)
            if not users:
                delivery = Delivery.ENVIRONMENT if mount.synced and mount.environment else Delivery.MOUNTED
                yield from _used(mount, mount.resource, "spec.parameters.keyvaultName", delivery)

    def consumer(self, pods: Pods) -> Resource | None:
        """What makes the pods, or the template where no source has it."""
        return self.estate.find(pods.workload) or pods.template

    def _mount(self, resource: Resource) -> Mount | None:
        if not resource.type_key.endswith(_CLASS_ENDINGS):
            return None
        spec, body = spec_of(resource), properties(resource.body)
        provider = text_in(spec, "provider")
        if isinstance(provider, str) and provider.lower() != "azure":
            return None
        name = first(inner(spec, "parameters", "keyvaultName"), inner(spec, "parameters", "keyVaultName"))
        cluster = self._cluster(text_in(body, "cluster"), resource)
        vault, certain = self._vault(text_in(body, "keyVault"), name, cluster)
        if vault is None:
            return None
        if certain is True and cluster is not None and place_of(resource)[0].startswith(_STAND_IN):
            certain = Unknown(reason="nothing says which cluster it is for; there is one alone")
        return Mount(resource, vault, certain, _objects(body, spec), cluster, _synced(spec))

    def _cluster(self, written: Any, resource: Resource) -> Resource | None:
        if isinstance(written, str) and written.lower() in self._clusters:
            return self._clusters[written.lower()]
        named, _ = place_of(resource)
        if named in self._clusters:
            return self._clusters[named]
        alone = len(self._clusters) == 1 and (not named or named.startswith(_STAND_IN))
        return next(iter(self._clusters.values())) if alone else None

    def _vault(self, reference_: Any, name: Any, cluster: Resource | None) -> tuple[str | None, Truth]:
        """The vault of a class: what it says, or the only one that stands beside its cluster."""
        vaults = self._known.vaults
        target = reference_.reference if isinstance(reference_, Unknown) else reference_
        if isinstance(target, str) and target.lower() in vaults.all:
            return target.lower(), True
        if isinstance(name, str) and name.strip():
            found = vaults.named(name)
            return (found.key if found is not None else name.lower()), True
        if not isinstance(name, Unknown):
            return None, True
        beside = _beside(vaults, cluster)
        if len(beside) == 1:
            return beside[0], Unknown(reason="it is the only vault beside the cluster", decided_by=name.decided_by)
        return "", name

    def _join(self) -> None:
        by_place: dict[tuple[str, str, str], list[Mount]] = {}
        for mount in self.all:
            by_place.setdefault((*place_of(mount.resource), mount.resource.name.lower()), []).append(mount)
        if not by_place:
            return
        for template in self.estate.of_type(TEMPLATES):
            pods = pods_of(self.estate, template)
            for name in _mounted(properties(template.body)):
                for mount in by_place.get((*place_of(template), name.lower()), []):
                    mount.pods.append(pods)
                    if mount.synced & _secrets_in_environment(properties(template.body)):
                        mount.environment.add(template.id)


def _used(mount: Mount, consumer: Resource, path: str, delivery: Delivery) -> Iterator[Use]:
    via = mount.resource if consumer is not mount.resource else None
    if isinstance(mount.objects, Unknown) or not mount.objects:
        yield Use(consumer, path, mount.vault, None, "secret", False, False, delivery, mount.certain, via)
        return
    for kind, name, pinned in mount.objects:
        yield Use(consumer, path, mount.vault, name, kind, pinned, False, delivery, mount.certain, via)


def _objects(body: Any, spec: Any) -> list[tuple[str, str, Truth]] | Unknown:
    listed = inner(body, "vaultObjects")
    if listed is None:
        written = inner(spec, "parameters", "objects")
        listed = written if isinstance(written, list | Unknown) else []
    if isinstance(listed, Unknown):
        return listed
    found: list[tuple[str, str, Truth]] = []
    for item in items(listed):
        name, kind = text_in(item, "objectName"), text_in(item, "objectType")
        if isinstance(item, Unknown) or isinstance(name, Unknown):
            return item if isinstance(item, Unknown) else Unknown(reason="a name is not known yet")
        if name:
            version = text_in(item, "objectVersion")
            pinned = version if isinstance(version, Unknown) else bool(version and version.strip())
            found.append((_KINDS.get(kind.lower(), "secret") if isinstance(kind, str) else "secret", name, pinned))
    return found


def _synced(spec: Any) -> frozenset[str]:
    names = (text_in(item, "secretName") for item in items(inner(spec, "secretObjects")))
    return frozenset(name for name in names if isinstance(name, str))


def _beside(vaults: Vaults, cluster: Resource | None) -> list[str]:
    group = cluster.key.partition("/providers/")[0] if cluster is not None else ""
    return [key for key in vaults.all if group and key.startswith(f"{group}/providers/")]


def _mounted(spec: Any) -> list[str]:
    """Names of the classes that pods mount."""
    found: dict[str, None] = {}
    for volume in items(inner(spec, "volumes")):
        csi = inner(volume, "csi")
        if text_in(csi, "driver") == DRIVER:
            name = text_in(csi, "volumeAttributes", "secretProviderClass")
            if isinstance(name, str):
                found[name] = None
    return list(found)


def _secrets_in_environment(spec: Any) -> frozenset[str]:
    found: set[str] = set()
    for container in items(inner(spec, "containers")):
        for variable in items(inner(container, "env")):
            found.add(str(text_in(variable, "valueFrom", "secretKeyRef", "name")))
        for source in items(inner(container, "envFrom")):
            found.add(str(text_in(source, "secretRef", "name")))
    return frozenset(found)

"""Objects with the names that they had: kustomize finds them by every one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from everward.sources.manifests.kustomize.fields import version_of
from everward.sources.manifests.placed import PlacedMap, Spot, map_of, text_of
from everward.values import Unknown, placeholder

CLUSTER: Final = "_non_namespaceable_"
"""The namespace of what stands in none."""

_TABLE: Final = """
v1: ComponentStatus Namespace Node NodeProxyOptions PersistentVolume
admissionregistration.k8s.io/v1 -/v1beta1: MutatingWebhookConfiguration ValidatingWebhookConfiguration
apiextensions.k8s.io/v1 -/v1beta1: CustomResourceDefinition
apiregistration.k8s.io/v1 -/v1beta1: APIService
certificates.k8s.io/v1 -/v1beta1: CertificateSigningRequest
flowcontrol.apiserver.k8s.io/v1beta1: FlowSchema PriorityLevelConfiguration
networking.k8s.io/v1 -/v1beta1: IngressClass
node.k8s.io/v1 -/v1beta1: RuntimeClass
policy/v1beta1: PodSecurityPolicy
rbac.authorization.k8s.io/v1 -/v1beta1: ClusterRole ClusterRoleBinding
scheduling.k8s.io/v1 -/v1beta1: PriorityClass
storage.k8s.io/v1 -/v1beta1: CSIDriver StorageClass VolumeAttachment
storage.k8s.io/v1: CSINode
"""
"""What kustomize 5.6.0 knows to stand in no namespace (`precomputedIsNamespaceScoped`); it takes the rest to."""


def _types(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().split("\n"):
        versions, _, kinds = line.partition(": ")
        group = versions.partition("/")[0]
        for version in versions.split():
            yield from ((version.replace("-/", f"{group}/"), kind) for kind in kinds.split())


_CLUSTER_SCOPED: Final = frozenset(_types(_TABLE))


class Id(NamedTuple):
    """What an object is found by."""

    kind: str
    name: str
    namespace: str


def effective(version: str, kind: str, namespace: str) -> str:
    """The namespace that an object is looked for in."""
    return CLUSTER if is_cluster_scoped(version, kind) else namespace or "default"


def is_cluster_scoped(version: str, kind: str) -> bool:
    """Whether kustomize knows that objects of a kind stand in no namespace."""
    return (version, kind) in _CLUSTER_SCOPED


class _Cell(str):
    """A text that is told from equal ones by being the same object."""

    __slots__ = ()


class Shared:
    """One label that was put in several places at once: kustomize changes all of them when it changes one."""

    __slots__ = ("holders", "name", "value")

    def __init__(self, name: str, holders: list[dict[str, Any]]) -> None:
        self.name = name
        self.holders = holders
        """In the order in which kustomize walks through them."""
        self._share(holders[0][name])

    def _share(self, value: Any) -> None:
        self.value = _Cell(value) if isinstance(value, str) else value
        for holder in self.holders:
            holder[self.name] = self.value

    def settle(self) -> None:
        """Let all places follow the last one that was set, and leave those that are gone."""
        self.holders = [holder for holder in self.holders if self.name in holder]
        changed = [holder[self.name] for holder in self.holders if holder[self.name] is not self.value]
        if changed:
            self._share(changed[-1])

    def end(self) -> None:
        """Leave plain texts behind."""
        for holder in self.holders:
            if isinstance(holder.get(self.name), _Cell):
                holder[self.name] = str(holder[self.name])


@dataclass(slots=True)
class Named:
    """An object with what it was called."""

    value: PlacedMap
    spot: Spot
    end: int
    former: list[Id] = field(default_factory=list)
    """What it was before, oldest first."""
    prefixes: list[str] = field(default_factory=list)
    suffixes: list[str] = field(default_factory=list)
    needs_digest: bool = False
    """Whether a digest of the content is added to its name in the end."""
    open: bool = False
    """Whether some of the content that a digest is made of is not known."""
    generated: bool = False
    """Whether a generator made it."""
    removed: bool = False
    shared: dict[str, list[Shared]] = field(default_factory=dict)
    """Labels and annotations that are one value in several places, by name."""

    @property
    def kind(self) -> str:
        """Its kind."""
        return text_of(self.value.get("kind")) or ""

    @property
    def version(self) -> tuple[str, str]:
        """Its group and version."""
        return version_of(self.value)

    @property
    def held_name(self) -> Any:
        """Its name as it is now, which can be open."""
        return map_of(self.value.get("metadata")).get("name")

    @property
    def name(self) -> str:
        """Its name as it is now."""
        return text_of(self.held_name) or ""

    @property
    def namespace(self) -> str:
        """The namespace that it names now."""
        return text_of(map_of(self.value.get("metadata")).get("namespace")) or ""

    @property
    def id(self) -> Id:
        """What it is found by now."""
        return self.key[1]

    @property
    def key(self) -> tuple[str, Id]:
        """What no two objects may have in common."""
        value = self.value
        meta = map_of(value.get("metadata"))
        found = (value.get("apiVersion"), value.get("kind"), meta.get("name"), meta.get("namespace"))
        version, kind, name, namespace = (item if isinstance(item, str) else "" for item in found)
        return version, Id(kind, name, effective(version, kind, namespace))

    @property
    def original(self) -> Id:
        """What it was at first."""
        return self.former[0] if self.former else self.id

    @property
    def ids(self) -> list[Id]:
        """All that it is and was found by."""
        return [*self.former, self.id]

    @property
    def is_annotated(self) -> bool:
        """Whether kustomize keeps annotations of its own in the object."""
        return bool(self.former) or self.generated

    def share(self, name: str, holders: list[dict[str, Any]]) -> None:
        """Note that a label is one value in several objects."""
        self.shared.setdefault(name, []).append(Shared(name, holders))

    def settle(self, name: str | None = None) -> None:
        """Let labels that are one value follow each other: those of a name, or all."""
        found = [self.shared.get(name, [])] if name is not None else self.shared.values()
        for group in found:
            for shared in group:
                shared.settle()

    def unshare(self) -> None:
        """Let every label be a value of its own again."""
        for group in self.shared.values():
            for shared in group:
                shared.end()
        self.shared.clear()

    def remember(self) -> None:
        """Keep what it is called before that changes."""
        self.former.append(self.id)

    def forget(self) -> None:
        """Lose what it was: kustomize keeps it in annotations, and a patch can take them away."""
        self.former, self.prefixes, self.suffixes = [], [], []
        self.needs_digest = self.generated = False

    @property
    def lacks(self) -> str:
        """What it must have and has not: a kind, a name."""
        name = self.held_name
        has_name = isinstance(name, Unknown) or (isinstance(name, str) and bool(name))
        return "" if self.kind and has_name else "name" if self.kind else "kind"

    def rename(self, name: str) -> None:
        """Give it another name; a name that is open stays open."""
        meta = self.value.get("metadata")
        if isinstance(meta, dict) and not isinstance(meta.get("name"), Unknown):
            meta["name"] = name

    def add_digest(self, digest: str | None) -> None:
        """Add the digest of the content to the name; it is open where the content is."""
        self.remember()
        if digest is not None or isinstance(self.held_name, Unknown):
            self.rename(f"{self.name}-{digest}")
            return
        text = f"{self.name}-{placeholder('digest')}"
        meta = self.value.get("metadata")
        if isinstance(meta, dict):
            reason = "the content that its name is made of is not known"
            meta["name"] = Unknown(reason=reason, present=True, filled=True, text=text)

    def is_built_like(self, other: Named, *, loosely: bool) -> bool:
        """Whether another object has got the same prefixes and suffixes."""
        pairs = ((self.prefixes, other.prefixes), (self.suffixes, other.suffixes))
        return all((loosely and not (own and its)) or _same_end(own, its) for own, its in pairs)


def _same_end(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the shorter of two lists is the end of the longer one; an empty one is only like another empty one."""
    short, long = sorted((list(one), list(other)), key=len)
    return not long if not short else long[-len(short) :] == short

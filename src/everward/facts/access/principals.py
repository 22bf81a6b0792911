"""Who can hold rights: identities of resources, identities of their own, and what directories know.

An identity that is made with its resource has no object id yet: it is known by the resource, and by what its source
calls the id that it will have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.directory import KINDS, Directory
from everward.facts.access.runtime import asked_for
from everward.facts.shape import inner, text_in
from everward.values import Origin, Truth, Unknown

IDENTITY_TYPE: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
GROUP_TYPE: Final = "Microsoft.Graph/groups"
EVERYONE: Final = "00000000-0000-0000-0000-000000000000"
"""The principal of deny assignments that stands for all."""


@dataclass(eq=False)
class Principal:
    """Somebody who can hold rights."""

    key: str
    """What it is told apart by: the lower-case object id, the id of its resource, or what its source calls it."""
    name: str
    kind: str
    """Such as `managed identity`, `system identity`, `deployer`, `user`, `group`, `application`, `principal`."""
    resource: Resource | None = None
    origin: Origin | None = None
    groups: set[str] = field(default_factory=set)
    """Keys of the groups that it is a member of, at any depth."""
    known: bool = True
    """Whether it is certain who this is."""
    members: Truth = True
    """Of a group, whether all its direct members are known."""

    @property
    def is_human(self) -> bool:
        """Whether people act as it."""
        return self.kind in ("user", "group")


_SUFFIXES: Final = re.compile(
    r"^(?P<owner>.+?)\.(?:identity\[\d+\]\.)?(?P<field>principal_id|principalId|object_id|client_id)$"
)
_KUBELET: Final = re.compile(r"^(?P<owner>.+?)\.kubelet_identity(?:\[\d+\]\.object_id)?$")
_DEPLOYER: Final = re.compile(r"(?:^|\.)data\.azurerm_client_config\.[^.]+\.object_id$")


_WORDS: Final = {"user": "user", "group": "group", "foreigngroup": "group", "serviceprincipal": "application"}
"""Values of `principalType`, and the kinds of principals that they are."""


def _no_members(found: Principal) -> Truth:
    if found.kind != "group":
        return True
    return Unknown(reason="no source has the group", decided_by=(f"members of `{found.name}`",))


def _short(name: str) -> str:
    """What a source calls an object, without the attribute that was asked for."""
    return name.removesuffix(".object_id").removesuffix(".id")


class Principals:
    """The principals of an estate, by key."""

    def __init__(self, estate: Estate, now: datetime | None = None) -> None:
        """`now` decides which memberships for a time stand."""
        self.estate = estate
        self.all: dict[str, Principal] = {}
        self._declared: dict[str, Resource] = {}
        self._object_ids: dict[str, str] = {}
        self.clients: dict[str, Any] = {}
        """Client ids of identities, by key."""
        for resource in estate:
            if resource.origin.address is not None:
                self._declared.setdefault(resource.origin.address, resource)
        for resource in estate.of_type(IDENTITY_TYPE):
            self._add_resource(resource, "managed identity")
        for resource in estate:
            if inner(resource.body, "identity", "principalId") is not None or _has_system(resource):
                self._add_resource(resource, "system identity")
        self.directory = Directory(self, now if now is not None else datetime.now(UTC))

    def add(self, key: str, name: str, kind: str, resource: Resource | None = None) -> Principal:
        """A principal by its key: the one that is there, or a new one."""
        found = self.all.get(key)
        if found is None:
            origin = resource.origin if resource is not None else None
            found = self.all[key] = Principal(key, name, kind, resource, origin)
            if kind == "group" and resource is None:
                found.members = _no_members(found)
        return found

    def named(self, object_id: str) -> Principal | None:
        """Whoever is known to have an object id."""
        return self.all.get(self._object_ids.get(object_id.lower(), object_id.lower()))

    def alias(self, other: str, key: str) -> None:
        """Another name of a principal: the id of its resource, where its key is an object id."""
        self._object_ids[other] = key

    def of_resource(self, resource: Resource) -> Principal | None:
        """The principal that a resource is."""
        return self.all.get(self._object_ids.get(resource.key, resource.key))

    def _add_resource(self, resource: Resource, kind: str) -> Principal:
        found = self.add(resource.key, resource.name, kind, resource)
        path = ("properties", "principalId") if kind == "managed identity" else ("identity", "principalId")
        own = inner(resource.body, *path)
        if isinstance(own, str):
            self._object_ids[own.lower()] = resource.key
        if kind == "managed identity":
            self.clients.setdefault(resource.key, inner(resource.body, "properties", "clientId"))
        return found

    def of(self, value: Any, kind: str = "") -> Principal:
        """The principal that an assignment names: by object id, or by a hole that says whose id it will be."""
        if isinstance(value, str) and value:
            return self._by_id(value, kind)
        if isinstance(value, Unknown):
            return self._by_hole(value, kind)
        return Principal("", "nobody", "principal", known=False)

    def _by_id(self, value: str, kind: str) -> Principal:
        key = self._object_ids.get(value.lower(), value.lower())
        word = _WORDS.get(kind.lower(), "principal")
        found = self.add(key, value, word)
        if found.kind == "principal" != word:
            # Whoever named it first did not say what it is.
            found.kind = word
            found.members = _no_members(found)
        return found

    def _by_hole(self, hole: Unknown, kind: str) -> Principal:
        name = hole.decided_by[0] if len(hole.decided_by) == 1 else ""
        for pattern, word in ((_KUBELET, "kubelet identity"), (_SUFFIXES, "")):
            match = pattern.match(name)
            if match is None:
                continue
            resource = self._declared.get(match["owner"])
            if resource is None:
                continue
            if word:
                return self._kubelet(resource)
            if resource.type_key in KINDS:
                return self.of_resource(resource) or self.add(resource.key, resource.name, KINDS[resource.type_key])
            own = "managed identity" if resource.type_key == IDENTITY_TYPE.lower() else "system identity"
            return self._add_resource(resource, own)
        if _DEPLOYER.search(name):
            # Whoever applies the code: every root and module that asks means the same one.
            return self.add("deployer", "who deploys", "deployer")
        asked = asked_for(hole)
        carrier = self.estate.find(asked.id) if asked is not None else None
        if asked is not None and carrier is not None:
            own = "managed identity" if carrier.type_key == IDENTITY_TYPE.lower() else "system identity"
            return self._kubelet(carrier) if asked.kubelet else self._add_resource(carrier, own)
        key = hole.reference.lower() if hole.reference is not None else name or hole.text or hole.reason
        referred = KINDS.get(key.removeprefix("/providers/").rpartition("/")[0], "")
        word = referred or _WORDS.get(kind.lower(), "principal")
        shown = _short(name) if referred else name or hole.text or hole.reason
        found = self.add(self._object_ids.get(key, key), shown, word)
        found.known = found.known and bool(name)
        return found

    def _kubelet(self, cluster: Resource) -> Principal:
        key = f"{cluster.key}#kubelet"
        return self.all.setdefault(
            key, Principal(key, f"{cluster.name} (kubelet)", "kubelet identity", cluster, cluster.origin)
        )

    def find(self, text: str) -> list[Principal]:
        """The principals that a user means: by key, object id, resource id, or name."""
        wanted = text.strip().rstrip("/").lower()
        exact = [item for key, item in self.all.items() if wanted in (key, item.name.lower())]
        return exact or [item for item in self.all.values() if wanted in item.name.lower()]

    def attached(self, resource: Resource) -> Iterator[Principal]:
        """The identities that code on a resource can act as."""
        own = self.all.get(resource.key)
        if own is not None and own.kind == "system identity":
            yield own
        listed = inner(resource.body, "identity", "userAssignedIdentities")
        for id_ in listed if isinstance(listed, dict) else ():
            found = self.all.get(str(id_).lower())
            if found is not None:
                yield found
        kubelet = self.all.get(f"{resource.key}#kubelet")
        if kubelet is not None:
            yield kubelet


def _has_system(resource: Resource) -> bool:
    kind = text_in(resource.body, "identity", "type")
    return isinstance(kind, str) and "systemassigned" in kind.lower()

"""Who can hold rights: identities of resources, identities of their own, and what directories know.

An identity that is made with its resource has no object id yet: it is known by the resource, and by what its source
calls the id that it will have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.runtime import asked_for
from everward.facts.shape import first, inner, items, properties, text_in
from everward.values import Origin, Unknown

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

    @property
    def is_human(self) -> bool:
        """Whether people act as it."""
        return self.kind in ("user", "group")


_SUFFIXES: Final = re.compile(
    r"^(?P<owner>.+?)\.(?:identity\[\d+\]\.)?(?P<field>principal_id|principalId|object_id|client_id)$"
)
_KUBELET: Final = re.compile(r"^(?P<owner>.+?)\.kubelet_identity(?:\[\d+\]\.object_id)?$")
_DEPLOYER: Final = re.compile(r"(?:^|\.)data\.azurerm_client_config\.[^.]+\.object_id$")


class Principals:
    """The principals of an estate, by key."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.all: dict[str, Principal] = {}
        self._declared: dict[str, Resource] = {}
        self._object_ids: dict[str, str] = {}
        for resource in estate:
            if resource.origin.address is not None:
                self._declared.setdefault(resource.origin.address, resource)
        for resource in estate.of_type(IDENTITY_TYPE):
            self._add_resource(resource, "managed identity")
        for resource in estate:
            if inner(resource.body, "identity", "principalId") is not None or _has_system(resource):
                self._add_resource(resource, "system identity")
        self._directory()

    def _add_resource(self, resource: Resource, kind: str) -> Principal:
        found = self.all.get(resource.key)
        if found is None:
            found = self.all[resource.key] = Principal(resource.key, resource.name, kind, resource, resource.origin)
        path = ("properties", "principalId") if kind == "managed identity" else ("identity", "principalId")
        own = inner(resource.body, *path)
        if isinstance(own, str):
            self._object_ids[own.lower()] = resource.key
        return found

    def _directory(self) -> None:
        """Users, groups, applications that directory objects describe."""
        kinds = {
            "microsoft.graph/users": "user",
            "microsoft.graph/groups": "group",
            "microsoft.graph/serviceprincipals": "application",
            "microsoft.graph/applications": "application",
        }
        members: dict[str, set[str]] = defaultdict(set)
        for resource in self.estate:
            kind = kinds.get(resource.type_key)
            if kind is None:
                continue
            body = properties(resource.body)
            object_id = first(text_in(body, "id"), text_in(resource.body, "objectId"), resource.name)
            key = resource.key if isinstance(object_id, Unknown) else object_id.lower()
            title = text_in(body, "displayName")
            name = title if isinstance(title, str) else resource.name
            self.all.setdefault(key, Principal(key, name, kind, resource, resource.origin))
            if kind == "group":
                for item in items(inner(body, "members")):
                    member_id = text_in(item, "id") if isinstance(item, dict) else item
                    if isinstance(member_id, str):
                        members[key].add(member_id.rpartition("/")[2].lower())
        self._nest(members)

    def _nest(self, members: dict[str, set[str]]) -> None:
        """Membership is transitive for role assignments; groups that hold one another end all the same."""
        for group in members:
            seen: set[str] = set()
            stack = list(members[group])
            while stack:
                one = stack.pop()
                if one in seen:
                    continue
                seen.add(one)
                stack.extend(members.get(one, ()))
            for one in seen:
                found = self.all.get(self._object_ids.get(one, one))
                if found is not None:
                    found.groups.add(group)

    def of(self, value: Any, kind: str = "") -> Principal:
        """The principal that an assignment names: by object id, or by a hole that says whose id it will be."""
        if isinstance(value, str) and value:
            return self._by_id(value, kind)
        if isinstance(value, Unknown):
            return self._by_hole(value, kind)
        return Principal("", "nobody", "principal", known=False)

    def _by_id(self, value: str, kind: str) -> Principal:
        key = self._object_ids.get(value.lower(), value.lower())
        found = self.all.get(key)
        words = {"user": "user", "group": "group", "foreigngroup": "group", "serviceprincipal": "application"}
        word = words.get(kind.lower(), "principal")
        if found is None:
            found = self.all[key] = Principal(key, value, word)
        elif found.kind == "principal":
            # One assignment says what it is, another does not.
            found.kind = word
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
            own = "managed identity" if resource.type_key == IDENTITY_TYPE.lower() else "system identity"
            return self._add_resource(resource, own)
        if _DEPLOYER.search(name):
            # Whoever applies the code: every root and module that asks means the same one.
            return self.all.setdefault("deployer", Principal("deployer", "who deploys", "deployer"))
        asked = asked_for(hole)
        carrier = self.estate.find(asked.id) if asked is not None else None
        if asked is not None and carrier is not None:
            own = "managed identity" if carrier.type_key == IDENTITY_TYPE.lower() else "system identity"
            return self._kubelet(carrier) if asked.kubelet else self._add_resource(carrier, own)
        key = hole.reference.lower() if hole.reference is not None else name or hole.text or hole.reason
        word = kind.lower() or "principal"
        return self.all.setdefault(key, Principal(key, name or hole.text or hole.reason, word, known=bool(name)))

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

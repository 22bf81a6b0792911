"""Which resource names which, and for what: parents, identities, subnets, targets of logs, other references."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from everward.estate.estate import Estate
from everward.estate.resource import Resource
from everward.values import Unknown, try_parse_id

PARENT: Final = "parent"
SCOPE: Final = "scope"
IDENTITY: Final = "identity"
SUBNET: Final = "subnet"
LOGS: Final = "logs"
REFERENCE: Final = "reference"

_HEADS: Final = ("/subscriptions/", "/providers/")
_SETTINGS: Final = "microsoft.insights/diagnosticsettings"
_CONTAINERS: Final = frozenset({
    "microsoft.resources/subscriptions", "microsoft.resources/subscriptions/resourcegroups",
    "microsoft.management/managementgroups",
})  # fmt: skip
"""What resources merely stand in."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One resource names another."""

    source: str
    """Lower-case id of the resource that names."""
    target: str
    """Lower-case id of what it names; a resource of the estate, or one that was not read."""
    kind: str
    path: str
    """The property that names it; empty for a parent or scope, which the id names."""


class Graph:
    """The references between the resources of an estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.resources = {resource.key: resource for resource in estate}
        self.names: dict[str, str] = {}
        """Lower-case ids of what was not read to these ids as they are written."""
        self.edges = list(dict.fromkeys(edge for key in self.resources for edge in self._edges_of(key)))

    def _edges_of(self, key: str) -> Iterator[Edge]:
        resource = self.resources[key]
        yield from self._stands(resource)
        seen: set[tuple[str, str]] = set()
        for version in self.estate.versions(key) or (resource,):
            for path, text in _named_in(version):
                target, below = self._target(text)
                if target == key or (target, path.lower()) in seen:
                    continue
                seen.add((target, path.lower()))
                yield Edge(key, target, _kind(resource, path, text if below else target), path)

    def _stands(self, resource: Resource) -> Iterator[Edge]:
        """The parent of a child, and what an extension is about. That others stand in a group says nothing."""
        parsed = try_parse_id(resource.id)
        if parsed is None or not parsed.parent:
            return
        parent = parsed.parent.lower()
        if len(parsed.names) > 1:
            yield Edge(resource.key, self._named(parsed.parent), PARENT, "")
            return
        holder = try_parse_id(parent)
        if holder is not None and holder.type.lower() not in _CONTAINERS:
            yield Edge(resource.key, self._named(parsed.parent), SCOPE, "")

    def _target(self, text: str) -> tuple[str, bool]:
        """The resource that an id means: itself, or the one of which it is a part that was not read on its own."""
        key = text.rstrip("/").lower()
        if key in self.resources:
            return key, False
        parsed = try_parse_id(text)
        while parsed is not None and len(parsed.names) > 1:
            parsed = try_parse_id(parsed.parent)
            if parsed is not None and parsed.key in self.resources:
                return parsed.key, True
        return self._named(text), False

    def _named(self, text: str) -> str:
        key = text.rstrip("/").lower()
        if key not in self.resources:
            self.names.setdefault(key, text.rstrip("/"))
        return key

    def id_of(self, key: str) -> str:
        """An id as it is written."""
        resource = self.resources.get(key)
        return resource.id if resource is not None else self.names[key]

    @cached_property
    def out(self) -> dict[str, list[Edge]]:
        """Edges by what names."""
        return _by(self.edges, lambda edge: edge.source)

    @cached_property
    def into(self) -> dict[str, list[Edge]]:
        """Edges by what is named."""
        return _by(self.edges, lambda edge: edge.target)

    def around(self, key: str, depth: int) -> list[Edge]:
        """The edges within so many steps of a resource, whichever way they go, in the order of their distance."""
        far = {key: 0}
        pending = deque([key])
        found: dict[Edge, None] = {}
        while pending:
            here = pending.popleft()
            if far[here] >= depth:
                continue
            for edge in (*self.out.get(here, ()), *self.into.get(here, ())):
                found[edge] = None
                for end in (edge.source, edge.target):
                    if end not in far:
                        far[end] = far[here] + 1
                        pending.append(end)
        return list(found)


def _by(edges: Iterable[Edge], end: Any) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[end(edge)].append(edge)
    return dict(found)


def _kind(resource: Resource, path: str, target: str) -> str:
    lowered = path.lower()
    if lowered.startswith("identity."):
        return IDENTITY
    if resource.type_key == _SETTINGS:
        return LOGS
    parsed = try_parse_id(target)
    if parsed is not None and parsed.type.lower() == "microsoft.network/virtualnetworks/subnets":
        return SUBNET
    if parsed is not None and parsed.type.lower() == "microsoft.managedidentity/userassignedidentities":
        return IDENTITY
    return REFERENCE


def _named_in(resource: Resource) -> Iterator[tuple[str, str]]:
    """The ids in a body, as values or as keys, each with its path, in order."""
    pending: list[tuple[str, Any]] = [(key, value) for key, value in reversed(resource.body.items())]
    while pending:
        path, item = pending.pop()
        if isinstance(item, dict):
            pending.extend((f"{path}.{key}", value) for key, value in reversed(item.items()))
            # Keys can be ids too: `identity.userAssignedIdentities`.
            yield from ((path, key) for key in item if _is_id(key))
        elif isinstance(item, list):
            pending.extend((f"{path}[{index}]", value) for index, value in reversed(list(enumerate(item))))
        elif isinstance(item, str):
            if _is_id(item):
                yield path, item
        elif isinstance(item, Unknown) and item.reference is not None and _is_id(item.reference):
            yield path, item.reference


def _is_id(text: str) -> bool:
    lowered = text.lower()
    if not lowered.startswith(_HEADS) and not (lowered.startswith("{") and "/providers/" in lowered):
        return False
    parsed = try_parse_id(text)
    return parsed is not None and (text[:1] == "{" or parsed.type.lower() not in _CONTAINERS)

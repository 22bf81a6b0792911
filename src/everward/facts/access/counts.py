"""Numbers of role assignments against Azure's limits, now and with more stamps.

A subscription takes 2,000 assignments by the edition of the guidance of 2022, and 4,000 by its text of 2026-07: at the
subscription, its groups and their resources, eligible ones not counted. A management group takes 500, which nobody can
raise. MicrosoftDocs/azure-docs role-based-access-control/troubleshooting, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.grants import ASSIGNMENT_TYPE
from everward.facts.access.names import Names
from everward.facts.access.rights import Rights
from everward.facts.interface import fact
from everward.facts.shape import inner, properties
from everward.policy.hierarchy import scope_of
from everward.values import Unknown, try_parse_id

COUNT: Final = "Access/assignmentCounts"
ASSIGNMENT_LIMITS: Final = {"2022": 2000, "2026": 4000}
"""Role assignments per subscription by the edition of the guidance."""
GROUP_LIMIT: Final = 500
"""Role assignments per management group."""

COMPUTES: Final = frozenset(
    {
        "microsoft.app/containerapps", "microsoft.app/managedenvironments", "microsoft.compute/virtualmachines",
        "microsoft.compute/virtualmachinescalesets", "microsoft.containerinstance/containergroups",
        "microsoft.containerservice/managedclusters", "microsoft.servicefabric/managedclusters",
        "microsoft.web/serverfarms", "microsoft.web/sites",
    }
)  # fmt: skip
"""Types that run an application in one region: where one stands is a stamp."""

_INSTANCE: Final = re.compile(
    r'^(?P<block>(?:module\.[\w-]+\.)*?module\.[\w-]+)\[(?P<key>"[^"]{0,200}"|\d{1,9}|\*)\]\.'
)
_GROUPS: Final = "/providers/microsoft.management/managementgroups/"


class Stamps:
    """Stamps of an estate: instances of a module, or else resource groups, in which something computes."""

    def __init__(self, estate: Estate) -> None:
        self._users: dict[str, set[str]] = {}
        """Instances of modules that have something in a resource group."""
        for resource in estate:
            declared, group = instance_of(resource), _group_of(resource.id)
            if declared and group:
                self._users.setdefault(group, set()).add(declared)
        computing = [item for item in estate if item.type_key in COMPUTES]
        self._found = {unit for item in computing if (unit := self._unit(instance_of(item), item.id))}

    def of(self, resource: Resource, *ids: str) -> str | None:
        """The stamp of a resource: where it is declared, else where one of these ids stands."""
        declared = instance_of(resource)
        units = [declared] if declared else [self._unit("", id_) for id_ in ids]
        return next((unit for unit in units if unit in self._found), None)

    def _unit(self, declared: str, id_: str) -> str:
        group = _group_of(id_)
        users = self._users.get(group, set())
        return declared or (next(iter(users)) if len(users) == 1 else group if not users else "")


def instance_of(resource: Resource) -> str:
    """The outermost instance of a module that declares a resource; empty where none does."""
    match = _INSTANCE.match(resource.origin.address or "")
    return match[0].rstrip(".") if match is not None else ""


def _group_of(id_: str) -> str:
    parsed = try_parse_id(id_)
    if parsed is None or parsed.subscription is None or parsed.resource_group is None:
        return ""
    return f"/subscriptions/{parsed.subscription}/resourcegroups/{parsed.resource_group}".lower()


def count_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """One fact for each subscription and management group with assignments."""
    for scope, told in counts(rights).items():
        yield fact(scope, COUNT, names.make(scope, "count"), told)


def counts(rights: Rights) -> dict[str, dict[str, Any]]:
    """What is said of the numbers at each subscription and management group with assignments."""
    stamps = Stamps(rights.estate)
    found: dict[str, _Count] = {}
    for assignment in rights.estate.of_type(ASSIGNMENT_TYPE):
        scope = _counted_at(assignment)
        if scope is not None:
            count = found.setdefault(scope, _Count())
            holder = rights.grants.principals.of(inner(properties(assignment.body), "principalId")).resource
            ids = [scope_of(assignment.id), *([holder.id] if holder is not None else [])]
            count.add(assignment, stamps.of(assignment, *ids))
    return {scope: count.told(scope) for scope, count in found.items()}


def _counted_at(assignment: Resource) -> str | None:
    """The subscription or management group whose limit an assignment counts against."""
    parsed = try_parse_id(assignment.id)
    if parsed is not None and parsed.subscription is not None:
        return f"/subscriptions/{parsed.subscription}"
    scope = scope_of(assignment.id)
    return scope if scope.lower().startswith(_GROUPS) else None


class _Count:
    """Assignments that count against one limit."""

    def __init__(self) -> None:
        self.total = 0
        self.stamps: dict[str, int] = {}
        self.groups: set[str] = set()
        self.open: list[Unknown] = []
        """Why some stand for an unknown number of assignments."""

    def add(self, assignment: Resource, stamp: str | None) -> None:
        """One more."""
        self.total += 1
        if assignment.cardinality is not None:
            self.open.append(assignment.cardinality)
        if stamp is not None:
            self.stamps[stamp] = self.stamps.get(stamp, 0) + 1
        group = _group_of(assignment.id)
        if group:
            self.groups.add(group)

    @property
    def per_stamp(self) -> int:
        """How many one more stamp brings: as many as the stamp that has most."""
        return max(self.stamps.values(), default=0)

    def told(self, scope: str) -> dict[str, Any]:
        """The properties of its fact."""
        managed = scope.lower().startswith(_GROUPS)
        limits = dict.fromkeys(ASSIGNMENT_LIMITS, GROUP_LIMIT) if managed else ASSIGNMENT_LIMITS
        shared = self.total - sum(self.stamps.values())
        return {
            "subscription": None if managed else scope,
            "managementGroup": scope if managed else None,
            "assignments": self.total,
            "atLeast": bool(self.open),
            "more": self._more(),
            "shared": shared,
            "stamps": len(self.stamps),
            "perStamp": self.per_stamp,
            "limits": [self._limit(edition, limit, shared) for edition, limit in limits.items()],
            "groups": len(self.groups),
            "summary": self._summary(scope, shared),
        }

    def _more(self) -> int | Unknown:
        """How many more there may be: 0, or a hole where it is not known for how many some stand."""
        if not self.open:
            return 0
        named = tuple(dict.fromkeys(name for hole in self.open for name in hole.decided_by))
        reason = "some assignments stand for a number that is not known"
        return Unknown(reason=reason, decided_by=named or (self.open[0].reason,))

    def _limit(self, edition: str, limit: int, shared: int) -> dict[str, Any]:
        most = (limit - shared) // self.per_stamp if self.per_stamp else None
        share = round(self.total / limit, 4)
        return {"edition": edition, "limit": limit, "share": share, "stampsAtLimit": most}

    def _summary(self, scope: str, shared: int) -> str:
        plural = "" if self.total == 1 else "s"
        said = f"`{scope}` has {'at least ' if self.open else ''}{self.total:,} role assignment{plural}"
        if not self.per_stamp:
            return said
        return f"{said}, {shared:,} of them shared by all stamps, and one more stamp brings {self.per_stamp:,}"


def projected(told: Mapping[str, Any], stamps: int) -> int:
    """How many assignments there are with a number of stamps, by the properties of a fact."""
    return int(told["shared"]) + int(told["perStamp"]) * stamps

"""Which stamp a resource belongs to, and in which region it stands.

A stamp is a regional deployment unit of the workload. No source says so outright. Terraform gives each an instance of a
module (`module.stamp["swedencentral"]`); everywhere else a stamp has a resource group of its own. What runs the
application tells which of these are stamps: a group without anything that computes is none.
"""

from __future__ import annotations

import re
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.reference import region_name
from everward.values import Truth, Unknown, try_parse_id

COMPUTES: Final = frozenset(
    {
        "microsoft.app/containerapps",
        "microsoft.app/managedenvironments",
        "microsoft.compute/virtualmachines",
        "microsoft.compute/virtualmachinescalesets",
        "microsoft.containerinstance/containergroups",
        "microsoft.containerservice/managedclusters",
        "microsoft.servicefabric/managedclusters",
        "microsoft.web/serverfarms",
        "microsoft.web/sites",
    }
)
"""Types that run an application in one region."""

_INSTANCE: Final = re.compile(r'((?:module\.[\w-]+\.)*?module\.[\w-]+\[(?:"[^"]{0,200}"|\d{1,9}|\*)\])\.')
_GROUP: Final = re.compile(r"(/subscriptions/[^/]+/resourcegroups/[^/]+)(?:/.*)?")


class Stamps:
    """The stamps of an estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._users: dict[str, set[str]] = {}
        """Module instances that have something in a resource group."""
        computing: dict[str, None] = {}
        for resource in estate:
            instance, group = _instance(resource), group_of(resource)
            if instance and group:
                self._users.setdefault(group, set()).add(instance)
        for resource in estate:
            if resource.type_key in COMPUTES:
                unit = self._unit(resource)
                if unit:
                    computing[unit] = None
        self.all: tuple[str, ...] = tuple(computing)
        """What stamps are called: a module instance, or the lower-case id of a resource group."""
        self._known = frozenset(computing)

    def of(self, resource: Resource) -> str | None:
        """The stamp of a resource; None for what all stamps share."""
        unit = self._unit(resource)
        return unit if unit in self._known else None

    def _unit(self, resource: Resource) -> str:
        instance, group = _instance(resource), group_of(resource)
        if instance:
            return instance
        users = self._users.get(group, set())
        return next(iter(users)) if len(users) == 1 else group

    def place(self, resource: Resource) -> Any:
        """The region of a resource as written: its own, or that of what it is part of; a hole; None for none."""
        probe = resource.id
        while probe:
            found = self._estate.find(probe)
            place = found.location if found is not None else None
            if isinstance(place, Unknown) or (isinstance(place, str) and place.strip()):
                return None if region_name(place) == "global" else place
            probe = _holder(probe)
        return None

    def same_region(self, one: Resource, two: Resource) -> Truth | None:
        """Whether two resources stand in one region; None where either has none."""
        here, there = self.place(one), self.place(two)
        if here is None or there is None:
            return None
        holes = [place for place in (here, there) if isinstance(place, Unknown)]
        if holes:
            texts = [place.text if isinstance(place, Unknown) else None for place in (here, there)]
            same = texts[0] is not None and texts[0] == texts[1]
            return True if same and self.of(one) == self.of(two) else holes[0]
        return region_name(here) == region_name(there)


def _instance(resource: Resource) -> str:
    """The outermost instance of a module in which a resource is declared; empty where there is none."""
    address = resource.origin.address
    found = _INSTANCE.match(address) if address is not None else None
    return found[1] if found is not None else ""


def group_of(resource: Resource) -> str:
    """The lower-case id of the resource group of a resource; empty where it stands in none."""
    found = _GROUP.fullmatch(resource.key)
    return found[1] if found is not None else ""


def _holder(id_: str) -> str:
    """What a resource is part of, or an extension of; empty for a resource that stands alone."""
    parsed = try_parse_id(id_)
    above = parsed.parent if parsed is not None else ""
    return above if "/providers/" in above.lower() else ""

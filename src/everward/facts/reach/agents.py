"""Where the agents of pipelines stand: pools of managed agents, scale sets, private networking of GitHub.

ASSUMPTION (agents-shown-are-the-pool): which scale set a pool of Azure DevOps uses is no property of any resource. One
that is called like the pool is it; otherwise the pool is taken to be one of those that the estate shows to be agents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.topology import Network, Subnet
from everward.facts.shape import id_in, inner, properties
from everward.values import Truth, Unknown

POOL_TYPE: Final = "Microsoft.DevOpsInfrastructure/pools"
SETTINGS_TYPE: Final = "GitHub.Network/networkSettings"
SET_TYPE: Final = "Microsoft.Compute/virtualMachineScaleSets"
MACHINE_TYPE: Final = "Microsoft.Network/networkInterfaces"
_AGENTS: Final = re.compile(r"agent|runner|devops|\bado\b|build", re.IGNORECASE)


class Standing(NamedTuple):
    """A place in which agents stand, or may."""

    resource: Resource
    subnet: Subnet | None
    """None where it is not known, or the agents stand in a network of the platform."""
    platform: bool = False
    """Whether they stand in a network of the platform, as managed pools without a subnet do."""

    @property
    def place(self) -> str:
        """What to ask from."""
        return self.subnet.id if self.subnet is not None else self.resource.id


class Agents:
    """The agents that an estate shows."""

    def __init__(self, world: Networks) -> None:
        self.world = world

    @cached_property
    def all(self) -> list[Standing]:
        """Every place that is one of agents, by its type or by its name."""
        found = []
        for item in self.world.estate.of_type(POOL_TYPE):
            profile = inner(properties(item.body), "fabricProfile", "networkProfile")
            subnet = id_in(inner(profile, "subnetId"))
            found.append(self._standing(item, subnet)._replace(platform=subnet is None and not item.opaque))
        settings = self.world.estate.of_type(SETTINGS_TYPE)
        found += [self._standing(item, id_in(inner(properties(item.body), "subnetId"))) for item in settings]
        for item in self.world.estate.of_type(SET_TYPE):
            if _AGENTS.search(item.name) or _AGENTS.search(item.origin.address or ""):
                ends = self.world.endpoints.of(item.id)
                found.append(Standing(item, ends[0].subnet if ends else None))
        return found

    def _standing(self, item: Resource, subnet: str | Unknown | None) -> Standing:
        return Standing(item, self.world.topology.subnet(subnet))

    def of(self, pool: str | Unknown | None) -> Iterator[Standing]:
        """Where the agents of a pool stand: what is called like it; otherwise all that may be it."""
        name = pool.lower() if isinstance(pool, str) else ""
        same = [item for item in self.all if item.resource.name.lower() == name]
        # A managed pool is called as pipelines call it: one with another name is another pool.
        yield from same or (item for item in self.all if item.resource.type_key != POOL_TYPE.lower())

    def shared(self, standing: Standing) -> list[Endpoint]:
        """What else stands in the network of agents and serves the workload."""
        if standing.subnet is None:
            return []
        own = {item.resource.key for item in self.all}
        return [
            end
            for end in self.world.endpoints.all
            if end.subnet is not None
            and end.subnet.network is standing.subnet.network
            and end.kind in _WORKLOAD
            and end.resource.key not in own
        ]

    def peers(self, standing: Standing) -> Iterator[tuple[Network | None, Truth]]:
        """The networks that those of agents are peered with."""
        if standing.subnet is not None:
            for peering, other, connected in self.world.topology.peers(standing.subnet.network):
                yield other, connected if connected is not True else peering.access


_WORKLOAD: Final = frozenset({"nodes", "apps", "gateway", "containers", "database", "cache", "load balancer"})
"""Kinds of endpoints that belong to a workload rather than to those who operate it."""

"""Services that are closed to the public, and from where somebody can work on what they hold.

A way is a machine, a cluster that can run a task, a place of build agents, or a gateway to the sites of the company, in
a network that reaches a private endpoint of the service. Applications that only serve users are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.reach.admission import Openness, admissions
from everward.facts.reach.agents import Agents
from everward.facts.reach.entrances import Step
from everward.facts.reach.gateways import sites
from everward.facts.reach.paths import Networks
from everward.facts.reach.privatelink import Link, links
from everward.facts.reach.topology import Network
from everward.values import Unknown, combine

MAINTENANCE: Final = "Reach/maintenancePaths"

_WORKED_FROM: Final = frozenset({"interface", "scale set", "containers", "nodes"})
_AGENTS: Final = ("microsoft.devopsinfrastructure/", "github.network/")
"""Services that subnets are delegated to so that build agents stand in them."""


def maintenance_facts(world: Networks) -> Iterator[Resource]:
    """One for each service that is closed to the public and has a private endpoint.

    - `ways`: from where it can be worked on; a hole where a network that may have one is in no source.
    - `networks`: the networks of its private endpoints.
    """
    by_target: dict[str, list[Link]] = {}
    for link in links(world.estate):
        if isinstance(link.target, str) and link.approved is not False:
            by_target.setdefault(link.target.lower(), []).append(link)
    for key, found in by_target.items():
        target = world.estate.find(key)
        if target is not None and _is_closed(world, target):
            yield _fact(world, target, found)


def _is_closed(world: Networks, target: Resource) -> bool:
    doors = [item for item in admissions(target, world.estate) if item.plane != "scm"]
    return bool(doors) and all(item.openness is Openness.CLOSED for item in doors)


def _fact(world: Networks, target: Resource, found: list[Link]) -> Resource:
    ways: dict[str, Step] = {}
    holes: list[Unknown] = []
    networks: dict[str, Network] = {}
    for link in found:
        subnet = world.topology.subnet(link.subnet)
        if subnet is None:
            named = (link.subnet,) if isinstance(link.subnet, str) else (link.endpoint.id,)
            holes.append(Unknown(reason="the subnet of its private endpoint is in no source", decided_by=named))
            continue
        networks[subnet.network.key] = subnet.network
        for network in _near(world, subnet.network, holes):
            for step in _ways(world, network):
                ways.setdefault(step.id, step)
    told: Any = [_told(step) for step in ways.values()]
    return fact(
        target,
        MAINTENANCE,
        "maintenance",
        {
            "target": target.id,
            "targetType": target.type,
            "targetName": target.name,
            "ways": combine(holes) if holes and not told else told,
            "networks": [network.id for network in networks.values()],
        },
    )


def _near(world: Networks, network: Network, holes: list[Unknown]) -> Iterator[Network]:
    """A network and its peers; those that are in no source may have what is sought."""
    yield network
    for peering, other, connected in world.topology.peers(network):
        if connected is False:
            continue
        if other is not None:
            yield other
        named = peering.remote if isinstance(peering.remote, str) else network.id
        if other is None or connected is not True:
            holes.append(Unknown(reason="a network that it is peered with is in no source", decided_by=(named,)))


def _ways(world: Networks, network: Network) -> Iterator[Step]:
    for subnet in network.subnets:
        for endpoint in world.endpoints.by_subnet.get(subnet.key, ()):
            if endpoint.kind in _WORKED_FROM:
                what = f"{endpoint.kind} `{endpoint.resource.name}` in `{subnet.name}`"
                yield Step(endpoint.resource.id, what, endpoint.resource.origin)
        if any(isinstance(item, str) and item.lower().startswith(_AGENTS) for item in subnet.delegations):
            yield Step(subnet.id, f"build agents in `{subnet.name}`")
    for site in sites(world.topology, network):
        yield Step(site.gateway.id, f"gateway `{site.gateway.name}`", site.gateway.origin)
    for agent in Agents(world).all:
        if agent.subnet is not None and agent.subnet.network is network:
            yield Step(agent.resource.id, f"agents `{agent.resource.name}` in `{agent.subnet.name}`")


def _told(step: Step) -> dict[str, Any]:
    return {"id": step.id, "what": step.what}

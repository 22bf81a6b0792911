"""Appliances on the way of packets: firewalls and machines that routes send them through, and flows that need them.

An appliance in the middle of a flow is one more thing that fails, and that has to grow with the load.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.addresses import parse_addresses
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import Hop, Route
from everward.facts.reach.topology import Subnet
from everward.facts.reach.zones import Spread, has_zones, listed_zones, short_region, spread
from everward.facts.shape import id_in, ids_in, inner, properties, text_in
from everward.values import Truth, Unknown, any_of

APPLIANCE: Final = "Reach/appliances"
FLOW: Final = "Reach/applianceFlows"

FIREWALL_TYPE: Final = "Microsoft.Network/azureFirewalls"
_NOT_APPLICATION: Final = frozenset(
    {
        "azurefirewallsubnet",
        "azurefirewallmanagementsubnet",
        "azurebastionsubnet",
        "gatewaysubnet",
        "routeserversubnet",
    }
)
"""Subnets in which no part of an application stands."""


class Flow(NamedTuple):
    """Packets from one subnet to others that a route sends through an appliance."""

    source: Subnet
    destinations: tuple[Subnet, ...]
    route: Route
    certain: Truth
    appliance: Resource | None
    """None where no source shows what has the address."""


class Appliances:
    """The appliances of an estate and the flows through them."""

    def __init__(self, world: Networks) -> None:
        self.world = world

    @cached_property
    def _by_declaration(self) -> dict[str, Resource]:
        """What may be an appliance, by the address that its source gives it."""
        types = ("Microsoft.Network/networkInterfaces", "Microsoft.Network/loadBalancers", FIREWALL_TYPE)
        found = (item for type_ in types for item in self.world.estate.of_type(type_))
        return {item.origin.address: item for item in found if item.origin.address is not None}

    def at(self, target: str | Unknown | None) -> Resource | None:
        """What has the address that a route leads to."""
        if isinstance(target, Unknown):
            return self._declared(target)
        parsed = parse_addresses(target) if isinstance(target, str) else None
        place = parsed.first() if parsed is not None else None
        if place is None:
            return None
        own = self._by_address.get(place)
        if own is not None:
            return own
        subnet = self.world.topology.subnet_of(*place)
        return self._only_in(subnet) if subnet is not None else None

    @cached_property
    def _by_address(self) -> dict[tuple[int, int], Resource]:
        """What has an address of its own, by that and its version."""
        found: dict[tuple[int, int], Resource] = {}
        for end in self.world.endpoints.all:
            place = end.addresses.first() if end.single else None
            if place is not None:
                found.setdefault(place, end.resource)
        return found

    def _declared(self, hole: Unknown) -> Resource | None:
        for name in hole.decided_by:
            for address, resource in self._by_declaration.items():
                if name.startswith((f"{address}.", f"{address}[")):
                    return resource
        return None

    def _only_in(self, subnet: Subnet) -> Resource | None:
        """The one appliance of a subnet in which the address lies, where it is written nowhere."""
        found = self.world.endpoints.by_subnet.get(subnet.key, ())
        able = {item.resource.key: item.resource for item in found if item.kind == "firewall" or item.forwards is True}
        return next(iter(able.values())) if len(able) == 1 else None

    @cached_property
    def flows(self) -> list[Flow]:
        """Every flow between subnets of the application that a route sends through an appliance."""
        listed = [subnet for subnet in self.world.topology.subnets.values() if _is_application(subnet)]
        return [flow for subnet in listed if subnet.route_table is not None for flow in self._from(subnet, listed)]

    def _from(self, source: Subnet, listed: list[Subnet]) -> Iterator[Flow]:
        found: dict[str, tuple[Route, Truth, list[Subnet]]] = {}
        for choice in self.world.routes(source):
            through = [route for route in choice.routes if route.hop is Hop.APPLIANCE]
            for route in through:
                met = [item for item in listed if item is not source and choice.addresses.meets(item.addresses)]
                sure: Truth = route.certain
                if len(choice.routes) > 1 and sure is True:
                    sure = Unknown(reason="it is not certain which route is taken", decided_by=(source.id,))
                _, _, known = found.setdefault(route.name, (route, sure, []))
                known += [item for item in met if item not in known]
        for route, sure, met in found.values():
            if met:
                yield Flow(source, tuple(met), route, sure, self.at(route.target))

    @cached_property
    def all(self) -> list[Resource]:
        """Firewalls, machines that forward packets, and whatever else flows lead to."""
        found = {item.key: item for item in self.world.estate.of_type(FIREWALL_TYPE)}
        for end in self.world.endpoints.all:
            if end.forwards is True and end.kind in ("interface", "scale set"):
                found.setdefault(end.resource.key, end.resource)
        for subnet in self.world.topology.subnets.values():
            routes = self.world.routes(subnet) if subnet.route_table is not None else []
            for route in (route for choice in routes for route in choice.routes if route.hop is Hop.APPLIANCE):
                resource = self.at(route.target)
                if resource is not None:
                    found.setdefault(resource.key, resource)
        return list(found.values())

    def spread(self, appliance: Resource) -> tuple[Spread, int | Unknown | None]:
        """How an appliance stands in zones, and how many machines it is; None where the platform sees to that."""
        kind = appliance.type_key.rpartition("/")[2]
        if kind == "azurefirewalls":
            return spread(appliance) or _UNKNOWN, None
        if kind == "virtualmachinescalesets":
            count = inner(appliance.body, "sku", "capacity")
            return spread(appliance) or _UNKNOWN, count if isinstance(count, int | Unknown) else _NOT_SAID
        if kind == "loadbalancers":
            return self._behind(appliance)
        if kind == "networkinterfaces":
            return _machines([self._machine(appliance)])
        return _UNKNOWN, _NOT_SAID

    def _behind(self, balancer: Resource) -> tuple[Spread, int | Unknown | None]:
        """A load balancer is as many machines as stand behind it, in their zones."""
        pools = {
            id_.lower()
            for id_ in ids_in(inner(properties(balancer.body), "backendAddressPools"))
            if isinstance(id_, str)
        }
        ends = [end for end in self.world.endpoints.all if self.world.pools_of(end) & pools]
        sets = {end.resource.key: end.resource for end in ends if end.kind == "scale set"}
        if sets:
            return self.spread(next(iter(sets.values())))
        return _machines([self._machine(end.resource) for end in ends if end.kind == "interface"])

    def _machine(self, interface: Resource) -> Resource | None:
        machine = id_in(inner(properties(interface.body), "virtualMachine"))
        found = self.world.estate.find(machine) if isinstance(machine, str) else None
        if found is not None:
            return found
        for item in self.world.estate.of_type("Microsoft.Compute/virtualMachines"):
            listed = ids_in(inner(properties(item.body), "networkProfile", "networkInterfaces"))
            if any(isinstance(id_, str) and id_.lower() == interface.key for id_ in listed):
                return item
        return None


_NOT_SAID: Final = Unknown(reason="how many machines it is stands in no source")
_UNKNOWN: Final = Spread(Unknown(reason="its zones are in no source"), (), "its zones are not known")


def _machines(found: list[Resource | None]) -> tuple[Spread, int | Unknown | None]:
    """Single machines: each stands in one zone."""
    if not found or None in found:
        return _UNKNOWN, len(found) or _NOT_SAID
    zones: set[str] = set()
    for item in found:
        own = listed_zones(inner(item.body, "zones")) if item is not None else ()
        if isinstance(own, Unknown):
            return Spread(own, own, "zones of its machines are not known"), len(found)
        zones.update(own)
    said = tuple(sorted(zones))
    words = f"its machines stand in zones {', '.join(said)}" if said else "its machines name no zones"
    return Spread(len(said) > 1, said, words), len(found)


def _is_application(subnet: Subnet) -> bool:
    return subnet.name.lower() not in _NOT_APPLICATION


def appliance_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each appliance, and one for each subnet with routes of its own: which flows cross an appliance."""
    appliances = Appliances(world)
    regions = _regions(world)
    placed = {region for item in appliances.all if isinstance(region := short_region(item.location), str)}
    for item in appliances.all:
        found, count = appliances.spread(item)
        yield fact(item, APPLIANCE, "appliance", _appliance(item, found, count, sorted(regions - placed)))
    by_source: dict[str, list[Flow]] = {}
    for flow in appliances.flows:
        by_source.setdefault(flow.source.key, []).append(flow)
    for subnet in world.topology.subnets.values():
        if subnet.route_table is not None and _is_application(subnet):
            flows = by_source.get(subnet.key, [])
            yield fact(subnet.id, FLOW, "flows", _subnet(appliances, subnet, flows), origin=subnet.resource.origin)


def _subnet(appliances: Appliances, subnet: Subnet, flows: list[Flow]) -> dict[str, Any]:
    """The flows of a subnet that has routes of its own."""
    table = subnet.route_table
    hidden = isinstance(table, Unknown) or appliances.world.estate.find(str(table)) is None
    doubt = Unknown(
        reason="the routes of the subnet are in no source", decided_by=(table if isinstance(table, str) else subnet.id,)
    )
    crosses = any_of([flow.certain for flow in flows])
    return {
        "source": subnet.id,
        "sourceName": subnet.name,
        "routeTable": table,
        "crossesAppliance": doubt if hidden and crosses is False else crosses,
        "flows": [_flow(appliances, flow) for flow in flows],
    }


def _regions(world: Networks) -> set[str]:
    """The regions in which clusters, machines and applications stand."""
    types = ("Microsoft.ContainerService/managedClusters", "Microsoft.Compute/virtualMachineScaleSets")
    found = (item for type_ in (*types, "Microsoft.Web/serverfarms") for item in world.estate.of_type(type_))
    return {region for item in found if isinstance(region := short_region(item.location), str)}


def _appliance(item: Resource, found: Spread, count: int | Unknown | None, missing: list[str]) -> dict[str, Any]:
    tier: Any = text_in(properties(item.body), "sku", "tier")
    firewall = item.type_key == FIREWALL_TYPE.lower()
    return {
        "appliance": item.id,
        "applianceType": item.type,
        "name": item.name,
        "location": item.location,
        "regionHasZones": has_zones(item.location),
        "tier": (tier or "Standard") if firewall and not isinstance(tier, Unknown) else tier,
        "zoneRedundant": found.redundant,
        "zones": list(found.zones) if isinstance(found.zones, tuple) else found.zones,
        "reason": found.reason,
        "instances": count,
        "managed": firewall,
        "regionsWithout": missing,
    }


def _flow(appliances: Appliances, flow: Flow) -> dict[str, Any]:
    found: Spread = _UNKNOWN
    count: int | Unknown | None = _NOT_SAID
    if flow.appliance is not None:
        found, count = appliances.spread(flow.appliance)
    return {
        "destinations": [item.id for item in flow.destinations],
        "destinationNames": [item.name for item in flow.destinations],
        "route": flow.route.name,
        "prefixes": list(flow.route.prefixes[:8]),
        "nextHop": flow.route.target,
        "appliance": flow.appliance.id if flow.appliance is not None else None,
        "applianceType": flow.appliance.type if flow.appliance is not None else None,
        "zoneRedundant": found.redundant,
        "zones": list(found.zones) if isinstance(found.zones, tuple) else found.zones,
        "instances": count,
        "certain": flow.certain is True,
    }


def appliance_of(appliances: Appliances, endpoint: Endpoint) -> Iterator[Resource]:
    """What stands on the way from an endpoint to the Internet."""
    if endpoint.subnet is None or endpoint.subnet.route_table is None:
        return
    seen: set[str] = set()
    for choice in appliances.world.routes(endpoint.subnet):
        for route in choice.routes:
            resource = appliances.at(route.target) if route.hop is Hop.APPLIANCE else None
            if resource is not None and resource.key not in seen:
                seen.add(resource.key)
                yield resource


def nat_gateway(world: Networks, subnet: Subnet | None) -> Resource | None:
    """The NAT gateway of a subnet."""
    id_ = subnet.nat_gateway if subnet is not None else None
    return world.estate.find(id_) if isinstance(id_, str) else None

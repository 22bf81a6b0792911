"""Virtual networks of an estate: their addresses, subnets and peerings.

INVARIANT: an address space that is not known yet gets one of its own from 240.0.0.0/4, which no network uses, so that
what stands in it can be told from everything else. Any prefix that is written may turn out to hold it: see `literal`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, parse_addresses, union_of
from everward.facts.reach.rules import Extent
from everward.facts.shape import flag, id_in, ids_in, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown

NETWORK_TYPE: Final = "Microsoft.Network/virtualNetworks"
SUBNET_TYPE: Final = f"{NETWORK_TYPE}/subnets"
PEERING_TYPE: Final = f"{NETWORK_TYPE}/virtualNetworkPeerings"

_RESERVED: Final = 0xF0000000
_NETWORK_SIZE: Final = 1 << 16
_SUBNET_SIZE: Final = 1 << 8
STAND_INS: Final = Addresses(((_RESERVED, 0xFFFFFFFE),), ())
"""Where stand-ins come from."""


@dataclass(eq=False)
class Peering:
    """One side of a peering."""

    name: str
    remote: str | Unknown | None
    """The id of the other network."""
    connected: Truth = True
    said: bool = False
    """Whether Azure itself says so: both sides are there then."""
    access: Truth = True
    """allowVirtualNetworkAccess."""
    forwarded: Truth = False
    """allowForwardedTraffic: packets whose source stands in neither network are let in."""
    gateway_transit: Truth = False
    remote_gateways: Truth = False
    holes: tuple[Unknown, ...] = ()


@dataclass(eq=False)
class Subnet:
    """A subnet."""

    id: str
    name: str
    network: Network
    body: Mapping[str, Any]
    resource: Resource
    addresses: Addresses = NOWHERE
    known: bool = True
    """Whether its prefixes are known; otherwise the addresses are a stand-in."""

    @property
    def key(self) -> str:
        """Its id as ids compare."""
        return self.id.lower()

    @cached_property
    def group(self) -> str | Unknown | None:
        """The id of its network security group."""
        return id_in(inner(self.body, "networkSecurityGroup"))

    @cached_property
    def route_table(self) -> str | Unknown | None:
        """The id of its route table."""
        return id_in(inner(self.body, "routeTable"))

    @cached_property
    def service_endpoints(self) -> tuple[str | Unknown, ...]:
        """The services that it has service endpoints of: `Microsoft.Storage`."""
        found = [item if isinstance(item, Unknown) else text_in(item, "service") for item in self._listed()]
        return tuple(item for item in found if item is not None)

    def _listed(self) -> Iterator[Any]:
        return items(inner(self.body, "serviceEndpoints"))

    @cached_property
    def endpoint_policies(self) -> list[str | Unknown]:
        """The ids of its service endpoint policies."""
        return ids_in(inner(self.body, "serviceEndpointPolicies"))

    @cached_property
    def delegations(self) -> tuple[str | Unknown, ...]:
        """The services that it is delegated to."""
        found = [text_in(properties(item), "serviceName") for item in items(inner(self.body, "delegations"))]
        return tuple(item for item in found if item is not None)

    @cached_property
    def nat_gateway(self) -> str | Unknown | None:
        """The id of its NAT gateway."""
        return id_in(inner(self.body, "natGateway"))

    @cached_property
    def default_outbound(self) -> bool | Unknown:
        """Whether machines without any other way out get one by default."""
        return flag(self.body, "defaultOutboundAccess", default=True)

    @cached_property
    def private_endpoint_policies(self) -> tuple[Truth, Truth]:
        """Whether its group and its routes act on private endpoints in it."""
        return endpoint_policies(self.body)


def endpoint_policies(body: Mapping[str, Any]) -> tuple[Truth, Truth]:
    """Whether the group and the routes of a subnet act on private endpoints: neither, unless it says so.

    MicrosoftDocs/azure-docs private-link/disable-private-endpoint-network-policy, read 2026-11.
    """
    said = text_in(body, "privateEndpointNetworkPolicies")
    if isinstance(said, Unknown):
        return said, said
    word = (said or "Disabled").lower()
    return word in ("enabled", "networksecuritygroupenabled"), word in ("enabled", "routetableenabled")


@dataclass(eq=False)
class Network:
    """A virtual network."""

    id: str
    name: str
    resource: Resource
    body: Mapping[str, Any]
    addresses: Addresses = NOWHERE
    known: bool = True
    subnets: list[Subnet] = field(default_factory=list)
    peerings: list[Peering] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its id as ids compare."""
        return self.id.lower()

    @cached_property
    def ddos_plan(self) -> str | Unknown | None:
        """The id of the DDoS protection plan that protects what stands in it."""
        on = flag(self.body, "enableDdosProtection", default=False)
        if on is False:
            return None
        plan = id_in(inner(self.body, "ddosProtectionPlan"))
        return on if isinstance(on, Unknown) and plan is not None else plan

    @cached_property
    def dns_servers(self) -> tuple[str | Unknown, ...]:
        """Its own DNS servers; Azure's where there are none."""
        return texts_in(inner(self.body, "dhcpOptions", "dnsServers"))


class Topology:
    """The networks of an estate, by id."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.networks: dict[str, Network] = {}
        self.subnets: dict[str, Subnet] = {}
        self._next = _RESERVED
        self.stand_ins = NOWHERE
        """Every stand-in that was given out."""
        for resource in estate.of_type(NETWORK_TYPE):
            self._network(resource)
        for resource in estate.of_type(SUBNET_TYPE):
            self._child(resource)
        for network in self.networks.values():
            self._settle(network)
        for resource in estate.of_type(PEERING_TYPE):
            self._peering_resource(resource)

    def literal(self, addresses: Addresses) -> Extent:
        """What a written prefix means: itself, and perhaps what stands where no address is known yet."""
        if not self.stand_ins or addresses.covers(self.stand_ins):
            return Extent(addresses, addresses)
        return Extent(addresses, addresses.union(self.stand_ins))

    def stand_in(self, size: int = 1) -> Addresses:
        """Addresses that stand for ones that are not known: nobody else has them."""
        first = (self._next + size - 1) // size * size
        self._next = first + size
        made = Addresses(((first, first + size - 1),), ())
        self.stand_ins = self.stand_ins.union(made)
        return made

    def subnet(self, id: str | Unknown | None) -> Subnet | None:
        """The subnet with an id."""
        return self.subnets.get(id.lower()) if isinstance(id, str) else None

    def network(self, id: str | Unknown | None) -> Network | None:
        """The network with an id."""
        return self.networks.get(id.lower()) if isinstance(id, str) else None

    def subnet_of(self, address: int, version: int = 4) -> Subnet | None:
        """The subnet that an address stands in, where its prefixes are known."""
        return next((item for item in self.subnets.values() if item.addresses.has(address, version)), None)

    def _network(self, resource: Resource) -> None:
        body = properties(resource.body)
        network = Network(resource.id, resource.name, resource, body if isinstance(body, Mapping) else {})
        self.networks[network.key] = network
        for index, item in enumerate(items(inner(network.body, "subnets"))):
            if isinstance(item, Mapping):
                name = text_in(item, "name")
                title = name if isinstance(name, str) else f"subnet {index + 1}"
                id_ = id_in(item)
                made = f"{resource.id}/subnets/{title}"
                self._add(Subnet(id_ if isinstance(id_, str) else made, title, network, properties(item), resource))
        for item in items(inner(network.body, "virtualNetworkPeerings")):
            if isinstance(item, Mapping):
                name = text_in(item, "name")
                network.peerings.append(_peering(name if isinstance(name, str) else "", properties(item)))

    def _child(self, resource: Resource) -> None:
        network = self.networks.get(_parent(resource.id))
        if network is None:
            # A subnet whose network nobody read still stands in one.
            id_ = resource.id[: resource.id.lower().rfind("/subnets/")]
            network = Network(id_, id_.rpartition("/")[2], resource, {}, known=False)
            self.networks[network.key] = network
        body = properties(resource.body)
        made = Subnet(resource.id, resource.name, network, body if isinstance(body, Mapping) else {}, resource)
        if made.key not in self.subnets:
            self._add(made)

    def _add(self, subnet: Subnet) -> None:
        self.subnets[subnet.key] = subnet
        subnet.network.subnets.append(subnet)

    def _settle(self, network: Network) -> None:
        """Give addresses to a network and its subnets: those that are written, or stand-ins."""
        written, known = prefixes(inner(network.body, "addressSpace", "addressPrefixes"))
        parts = {subnet.key: _subnet_prefixes(subnet.body) for subnet in network.subnets}
        if not known or not written:
            network.known = False
            written = written.union(union_of(found for found, _ in parts.values()))
            written = written.union(self.stand_in(_NETWORK_SIZE))
        network.addresses = written
        for subnet in network.subnets:
            found, whole = parts[subnet.key]
            subnet.known = whole and bool(found)
            subnet.addresses = found if subnet.known else found.union(self._inside(network))

    def _inside(self, network: Network) -> Addresses:
        """A stand-in for a subnet. It counts as part of its network, whose own prefixes it may lie in."""
        made = self.stand_in(_SUBNET_SIZE)
        network.addresses = network.addresses.union(made)
        return made

    def _peering_resource(self, resource: Resource) -> None:
        network = self.networks.get(_parent(resource.id))
        if network is not None:
            network.peerings.append(_peering(resource.name, properties(resource.body)))

    @cached_property
    def members(self) -> dict[str, list[Subnet]]:
        """Subnets by the lower-case id of their group."""
        found: dict[str, list[Subnet]] = defaultdict(list)
        for subnet in self.subnets.values():
            if isinstance(subnet.group, str):
                found[subnet.group.lower()].append(subnet)
        return dict(found)

    def peers(self, network: Network) -> Iterator[tuple[Peering, Network | None, Truth]]:
        """The peerings of a network: the other one where it is known, and whether both sides are connected."""
        for peering in network.peerings:
            other = self.network(peering.remote)
            yield peering, other, peering.connected if other is None else self._both(peering, network, other)

    def _both(self, peering: Peering, network: Network, other: Network) -> Truth:
        back = [item for item in other.peerings if isinstance(item.remote, str) and item.remote.lower() == network.key]
        if peering.connected is not True:
            return peering.connected
        if back or peering.said:
            return back[0].connected if back else True
        # The other side may belong to another team, whose code is not read; one side alone connects nothing.
        return Unknown(reason="the other side of the peering is in no source", decided_by=(other.id,))


def _parent(id: str) -> str:
    return id.lower().rsplit("/", 2)[0]


def prefixes(value: Any) -> tuple[Addresses, bool]:
    """The addresses of a list of prefixes, and whether they are known whole."""
    found: list[Addresses] = []
    known = True
    for item in items(value):
        parsed = None if isinstance(item, Unknown) or not isinstance(item, str) else parse_addresses(item)
        if parsed is None:
            known = False
        else:
            found.append(parsed)
    return union_of(found), known


def _subnet_prefixes(body: Mapping[str, Any]) -> tuple[Addresses, bool]:
    single = inner(body, "addressPrefix")
    many = inner(body, "addressPrefixes")
    listed = [*(items(many)), *([single] if isinstance(single, str | Unknown) and single != "" else [])]
    return prefixes(listed)


def _peering(name: str, body: Any) -> Peering:
    state = text_in(body, "peeringState")
    connected: Truth = state if isinstance(state, Unknown) else (state or "Connected").lower() == "connected"
    made = Peering(
        name,
        id_in(inner(body, "remoteVirtualNetwork")),
        connected,
        isinstance(state, str),
        flag(body, "allowVirtualNetworkAccess", default=True),
        flag(body, "allowForwardedTraffic", default=False),
        flag(body, "allowGatewayTransit", default=False),
        flag(body, "useRemoteGateways", default=False),
    )
    values = (made.remote, made.connected, made.access, made.forwarded)
    made.holes = tuple(value for value in values if isinstance(value, Unknown))
    return made

"""What names in rules mean at one subnet: service tags, application security groups, references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from everward.facts.reach.addresses import NOWHERE, Addresses, union_of
from everward.facts.reach.gateways import PRIVATE, sites
from everward.facts.reach.routes import Hop, Origin, Route, effective_routes
from everward.facts.reach.rules import OPEN, Extent
from everward.facts.reach.tags import HOST, INTERNET, LICENSING, VIRTUAL_NETWORK, tag_addresses
from everward.facts.reach.topology import Network, Subnet, Topology
from everward.values import Unknown


class Places:
    """Addresses of things that rules refer to: members of groups, and what has an id."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Extent]] = {}
        """Members of application security groups, by lower-case id."""
        self.of: dict[str, Extent] = {}
        """The addresses of resources, by lower-case id: public and private ones, subnets, networks."""
        self.declared: dict[str, str] = {}
        """The lower-case ids of those resources by the address that their source gives them: `azurerm_public_ip.a`."""

    def group(self, id: str) -> Extent:
        """The addresses of the members of a group."""
        members = self.groups.get(id.lower(), ())
        return Extent(union_of(item.sure for item in members), union_of(item.most for item in members))

    def meant_by(self, hole: Unknown) -> Extent | None:
        """The addresses that a hole will name, where it is decided by one attribute of one of these resources."""
        id_ = self.named_by(hole)
        return None if id_ is None else self.of.get(id_)

    def named_by(self, hole: Unknown) -> str | None:
        """The lower-case id of the resource whose address a hole will hold, where one attribute decides it."""
        if hole.reference is not None:
            return hole.reference.lower()
        if len(hole.decided_by) != 1:
            return None
        owner, _, attribute = hole.decided_by[0].rpartition(".")
        if attribute not in _ATTRIBUTES:
            return None
        return self.declared.get(owner) or self.declared.get(_PART.sub("", owner))


_ATTRIBUTES: Final = frozenset({"ip_address", "private_ip_address", "ipAddress", "privateIPAddress"})
"""Attributes of resources that are their address."""
_PART: Final = re.compile(r"\.[A-Za-z_]+\[\d+\](\.properties)?$")
"""The block of a resource that the attribute stands in: `ip_configuration[0]`."""


class SubnetNames:
    """What names mean at a subnet. See `rules.Names`."""

    def __init__(self, topology: Topology, subnet: Subnet | None, places: Places) -> None:
        self.topology = topology
        self.subnet = subnet
        self.places = places
        self._literals: dict[Addresses, Extent] = {}

    def literal(self, addresses: Addresses) -> Extent:
        """See `Names.literal`."""
        found = self._literals.get(addresses)
        if found is None:
            found = self._literals[addresses] = self.topology.literal(addresses)
        return found

    def tag(self, name: str) -> Extent | None:
        """See `Names.tag`."""
        key = name.strip().lower()
        if key == VIRTUAL_NETWORK:
            return self.network
        if key == INTERNET:
            return Extent(self.network.most.complement(), self.network.sure.complement())
        if key == LICENSING:
            return OPEN
        found = tag_addresses(key)
        return None if found is None else self.literal(found)

    def group(self, id: str) -> Extent:
        """See `Names.group`."""
        return self.places.group(id)

    def hole(self, hole: Unknown) -> Extent | None:
        """See `Names.hole`."""
        return self.places.meant_by(hole)

    @cached_property
    def network(self) -> Extent:
        """What `VirtualNetwork` means here.

        The network itself, the peers that it can reach, sites behind gateways, the platform's host address, and the
        prefixes of the subnet's own routes. MicrosoftDocs/azure-docs network-security-groups-overview, read 2026-11.
        """
        if self.subnet is None:
            return Extent(HOST, _ANY)
        sure, most = self.reached
        for route in self._routed:
            certain = route.certain is True and not isinstance(route.hop, Unknown)
            sure = sure.union(route.addresses) if certain else sure
            most = most.union(route.addresses)
        return Extent(sure, most)

    @cached_property
    def reached(self) -> Extent:
        """What `VirtualNetwork` means whatever the subnet's own routes say."""
        return OPEN if self.subnet is None else Extent(*_reached(self.topology, self.subnet.network))

    @cached_property
    def _routed(self) -> list[Route]:
        """The routes that somebody wrote for the subnet."""
        if self.subnet is None or self.subnet.route_table is None:
            return []
        return [route for route in effective_routes(self.topology, self.subnet) if route.origin is Origin.USER]

    @cached_property
    def doubt(self) -> Unknown | None:
        """Why it is not certain what the tag means for what comes in."""
        route = next((route for route in self._routed if _is_default(route)), None)
        if route is None:
            return None
        reason = f"the default route `{route.name}` may make `VirtualNetwork` mean everything here"
        return Unknown(reason=reason, decided_by=(str(self.subnet and self.subnet.route_table),))

    @property
    def inbound(self) -> SubnetNames:
        """What names mean for what comes in.

        The tag may hold default routes, says the page. With one to an appliance it does, as people have seen; with one
        that leads straight out the whole Internet may be let in as part of the network, or may not. For what goes out
        it makes no difference: either of two rules allows it.
        """
        # What holds itself is never let go: the command collects no cycles.
        return self if self.doubt is None else self._doubtful

    @cached_property
    def _doubtful(self) -> SubnetNames:
        found = SubnetNames(self.topology, self.subnet, self.places)
        found._routed = [route for route in self._routed if not _is_default(route)]
        found.network = Extent(found.network.sure, self.network.most)
        return found


_ANY: Final = NOWHERE.complement()


def _is_default(route: Route) -> bool:
    return route.hop in (Hop.INTERNET, Hop.NONE) and any(
        route.addresses.of(version) == _ANY.of(version) for version in (4, 6)
    )


def _reached(topology: Topology, network: Network) -> tuple[Addresses, Addresses]:
    sure = most = network.addresses.union(HOST)
    for peering, other, connected in topology.peers(network):
        if connected is False or peering.access is False:
            continue
        if other is None:
            # A network of which nothing is known has private addresses, or none at all.
            most = most.union(PRIVATE)
            continue
        most = most.union(other.addresses)
        if connected is True and peering.access is True:
            sure = sure.union(other.addresses)
    for site in sites(topology, network):
        sure, most = sure.union(site.extent.sure), most.union(site.extent.most)
    return sure, most


class PlainNames:
    """Names where only the rules are looked at: tags that depend on a network are taken for sets of their own."""

    def __init__(self, tags: Mapping[str, Addresses] | None = None, groups: Mapping[str, Extent] | None = None) -> None:
        self._groups = {name.lower(): found for name, found in (groups or {}).items()}
        self._tags = {name.lower(): found for name, found in (tags or {}).items()}

    def literal(self, addresses: Addresses) -> Extent:
        """See `Names.literal`."""
        return Extent(addresses, addresses)

    def tag(self, name: str) -> Extent | None:
        """See `Names.tag`."""
        found = self._tags.get(name.strip().lower()) or tag_addresses(name.strip())
        return None if found is None else Extent(found, found)

    def group(self, id: str) -> Extent:
        """See `Names.group`."""
        return self._groups.get(id.lower(), OPEN)

    def hole(self, hole: Unknown) -> Extent | None:
        """See `Names.hole`."""
        return self._groups.get(hole.reference.lower()) if hole.reference is not None else None

"""Private endpoints: what they lead to, from which networks, and whether names lead to them.

MicrosoftDocs/azure-docs private-link/private-endpoint-overview, private-endpoint-dns and
disable-private-endpoint-network-policy, read 2026-11.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.admission import approved
from everward.facts.reach.topology import Network, Topology
from everward.facts.shape import id_in, inner, items, properties, texts_in
from everward.values import Truth, Unknown

ENDPOINT_TYPE: Final = "Microsoft.Network/privateEndpoints"
ZONE_TYPE: Final = "Microsoft.Network/privateDnsZones"
LINK_TYPE: Final = f"{ZONE_TYPE}/virtualNetworkLinks"
ZONE_GROUP_TYPE: Final = f"{ENDPOINT_TYPE}/privateDnsZoneGroups"


class Link(NamedTuple):
    """One connection of a private endpoint."""

    endpoint: Resource
    target: str | Unknown
    """The id of the resource behind it."""
    groups: tuple[str | Unknown, ...]
    """The part of the resource: `vault`, `blob`, `Sql`."""
    approved: Truth
    subnet: str | Unknown | None


def links(estate: Estate) -> Iterator[Link]:
    """Every connection of every private endpoint."""
    for endpoint in estate.of_type(ENDPOINT_TYPE):
        body = properties(endpoint.body)
        subnet = id_in(inner(body, "subnet"))
        for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
            for item in items(inner(body, name)):
                target = id_in(inner(properties(item), "privateLinkServiceId"))
                if target is not None:
                    groups = texts_in(inner(properties(item), "groupIds"))
                    yield Link(endpoint, target, groups, approved(item, name), subnet)


def overrides_endpoint(routes: Iterable[str], network: Iterable[str], *, routed: Truth) -> Truth:
    """Whether user routes take traffic away from a private endpoint in their network.

    The endpoint's own route has one address, and gives way to user routes only where route tables act on private
    endpoints and their prefix is as long as that of the network, or longer.
    """
    if routed is False:
        return False
    least = max((ipaddress.ip_network(prefix, strict=False).prefixlen for prefix in network), default=0)
    found = any(ipaddress.ip_network(prefix, strict=False).prefixlen >= least for prefix in routes)
    return routed if found else False


def reaches(topology: Topology, network: Network, subnet_id: str | Unknown | None) -> Truth:
    """Whether a network reaches an endpoint in a subnet: its own, that of a peer."""
    subnet = topology.subnet(subnet_id)
    if subnet is None:
        return subnet_id if isinstance(subnet_id, Unknown) else Unknown(reason="the subnet is in no source")
    if subnet.network is network:
        return True
    for peering, other, connected in topology.peers(network):
        if other is subnet.network:
            return connected if connected is not True else peering.access
    return False


def zones_at(estate: Estate, network: Network) -> set[str]:
    """The names of private DNS zones that a network resolves by itself, in lower case."""
    found = set()
    for link in estate.of_type(LINK_TYPE):
        target = id_in(inner(properties(link.body), "virtualNetwork"))
        if isinstance(target, str) and target.lower() == network.key:
            found.add(link.id.rsplit("/", 3)[1].lower())
    return found


def zones_of(estate: Estate, endpoint: Resource) -> list[str]:
    """The zones that an endpoint registers its address in, in lower case."""
    found = []
    for group in estate.below(endpoint.id, ZONE_GROUP_TYPE):
        for item in items(inner(properties(group.body), "privateDnsZoneConfigs")):
            zone = id_in(inner(properties(item), "privateDnsZoneId"))
            if isinstance(zone, str):
                found.append(zone.rpartition("/")[2].lower())
    return found


def resolves(estate: Estate, network: Network, endpoint: Resource) -> Truth:
    """Whether names lead a network to an endpoint, rather than to the public address of the service.

    With DNS servers of its own the zones hang on the network of the resolver, which no resource here names.
    """
    zones = zones_of(estate, endpoint)
    if not zones:
        return False
    linked = zones_at(estate, network)
    if all(zone in linked for zone in zones):
        return True
    if network.dns_servers:
        return Unknown(reason="DNS servers of its own decide which zones a network sees", decided_by=(network.id,))
    return False
